"""What must be true of every deployed model behind an API, shown step by step."""

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from blueprints.trying.answers import bearer, signed
from blueprints.trying.checks import Check, Step, tried
from blueprints.trying.guarded_role import answering, same_rights
from blueprints.trying.members import Members
from blueprints.trying.predictions import Predictions, Reply
from blueprints.trying.reviews import reachable
from blueprints.trying.trial import Session

TYPES = {".csv": "text/csv", ".json": "application/json"}
"""The content types of files, by the ends of their names."""
LARGEST_BYTES = 1_048_576
"""What the settings of the trials allow."""
DENIED = ("AccessDeniedException", "AccessDenied")
TOLD = re.compile(r"The model (refuses the request|failed) with HTTP status \d{3}\.")


class Model:
    """A deployed model, as those find it who may ask it.

    Args:
        session: The deployment.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.url = reachable(session.aws.endpoint_url, session.outputs["PredictionsUrl"])

    def ask(self, body: bytes, content_type: str) -> Reply:
        """Asks as a user of the pool, or as an identity of IAM where there is none."""
        return self._allowed.ask(self.url, body, content_type)

    def ask_file(self, path: Path) -> Reply:
        """Sends what is in a file."""
        return self.ask(path.read_bytes(), TYPES[path.suffix])

    def ask_as_nobody(self, body: bytes, content_type: str) -> Reply:
        """Asks without showing who one is."""
        return Predictions().ask(self.url, body, content_type)

    @cached_property
    def _allowed(self) -> Predictions:
        outputs, environment = self._session.outputs, self._session.aws.environment
        if "UserPoolId" in outputs:
            return Predictions(bearer(Members(self._session.aws, outputs["UserPoolId"]).token(None)))
        credentials = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        return Predictions(signed(credentials, environment["AWS_DEFAULT_REGION"]))


class Demonstration(ABC):
    """Asks a deployed sample model what it knows, and what it must refuse.

    Args:
        session: The deployment.
        inputs: The sample inputs, by name.
    """

    stack: str
    """What is deployed."""
    limit_bytes: int
    """What SageMaker takes from this kind of endpoint."""

    def __init__(self, session: Session, inputs: dict[str, Path]) -> None:
        self._session, self._inputs = session, inputs
        self._model = Model(session)
        self.checks: list[Check] = []

    @property
    @abstractmethod
    def steps(self) -> Sequence[Step]:
        """What is shown, in order."""

    def run(self) -> None:
        """Goes through all steps; what is wrong in one doesn't keep the others from being tried."""
        self.checks = tried(self.steps, self._session.steps)

    def not_understood(self, check: Check, path: Path, status: int) -> None:
        """What the container answers is told by its status, and not by its text."""
        reply = self._model.ask_file(path)
        check.seen = f"{reply.status} {reply.message}"
        check.must(reply.status == status, f"it must end with {status}, got {reply.status} {reply.text}")
        check.must(bool(TOLD.fullmatch(reply.message)), f"the container's status must be told and nothing else, got {reply.message}")

    def refused_by_front(self, check: Check) -> None:
        """What the model isn't given is refused before it is asked."""
        expected = {
            415: self._model.ask(b"<rows/>", "text/xml"),
            400: self._model.ask(b"", "text/csv"),
            413: self._model.ask(b"1" * (LARGEST_BYTES + 1), "text/csv"),
        }
        check.seen = ", ".join(f"{reply.status}" for reply in expected.values()) + " for a type, nothing, and too much"
        for status, reply in expected.items():
            check.must(reply.status == status, f"it must be refused with {status}, got {reply.status} {reply.text[:200]}")

    def refused_without_identity(self, check: Check, path: Path) -> None:
        """Somebody who isn't known is refused."""
        reply = self._model.ask_as_nobody(path.read_bytes(), TYPES[path.suffix])
        check.seen = f"{reply.status}"
        check.must(reply.status in (401, 403), f"somebody who isn't known must be refused, got {reply.status} {reply.text}")

    def role_is_bound(self, check: Check, path: Path) -> None:
        """The function's role reaches its endpoint and no other, and SageMaker's limit holds behind the API too."""
        function, endpoint = answering(self._session.aws, self.stack, variable="ENDPOINT_NAME"), self._session.outputs["EndpointName"]
        kind = TYPES[path.suffix]
        with same_rights(self._session.aws, function.role, service="sagemaker-runtime") as runtime:
            own = refusal(runtime, endpoint, path.read_bytes(), kind)
            other = refusal(runtime, f"{endpoint}x", path.read_bytes(), kind)
            large = refusal(runtime, endpoint, b"1" * (self.limit_bytes + 1), kind)
        check.seen = (
            f"own endpoint {own or 'answered'}, another {other or 'answered'}, {self.limit_bytes + 1:,} bytes {large or 'answered'}"
        )
        check.must(own is None, f"the own endpoint must answer, got {own}")
        check.must(other in DENIED, f"another endpoint must be out of reach, got {other or 'an answer'}")
        check.must(large is not None, f"more than {self.limit_bytes:,} bytes must be refused, got an answer")

    def asked_at_once(self, path: Path, count: int) -> tuple[list[Reply], float]:
        """Sends a file so many times at once; returns what came back, and after how long all had."""
        self._model.ask_file(path)
        started = time.monotonic()
        with ThreadPoolExecutor(count) as pool:
            replies = list(pool.map(lambda _: self._model.ask_file(path), range(count)))
        return replies, time.monotonic() - started


def refusal(runtime: Any, endpoint: str, body: bytes, content_type: str) -> str | None:
    """Asks an endpoint directly; returns the code of the error, if there is one."""
    try:
        runtime.invoke_endpoint(EndpointName=endpoint, ContentType=content_type, Body=body)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None
