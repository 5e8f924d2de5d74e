"""What containers print, in CloudWatch Logs as far as the model's role may write it there."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import uuid
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local.clients import ClientFactory

MAX_LINES = 1000
log = logging.getLogger(__name__)


@dataclass
class ContainerLog:
    """The log stream of a container.

    https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html

    Args:
        group: The log group.
        stream: The beginning of the stream's name, to which SageMaker adds the instance.
        role: Gives clients with the rights of the model's role.
    """

    group: str
    stream: str
    role: ClientFactory
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _instance: str = field(default_factory=lambda: f"i-{uuid.uuid4().hex[:17]}")
    _opened: bool = False

    def write(self, text: str) -> None:
        """Writes lines; what a role may not write is lost, as it is on AWS."""
        lines = [line for line in text.splitlines() if line.strip()][-MAX_LINES:]
        if not lines or not self.group:
            return
        now = int(time.time() * 1000)
        named = {"logGroupName": self.group, "logStreamName": f"{self.stream}/{self._instance}"}
        try:
            with self._lock:
                self._open(named)
                self.role("logs").put_log_events(**named, logEvents=[{"timestamp": now, "message": line} for line in lines])
        except (ClientError, BotoCoreError) as error:
            log.warning("the log of a container could not be written to %s: %s", self.group, error)

    def _open(self, named: dict[str, str]) -> None:
        """Makes the stream, and the group unless it is there."""
        if self._opened:
            return
        client = self.role("logs")
        try:
            client.create_log_stream(**named)
        except client.exceptions.ResourceNotFoundException:
            with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):  # others write there too
                client.create_log_group(logGroupName=self.group)
            client.create_log_stream(**named)
        self._opened = True
