"""From messages about changes to one run of the workflow."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from documents.clients import client
from documents.runtime import count, logger
from request_sync import labels
from request_sync.messages import EVERYTHING, Change, parse, request_of
from syncing import runs
from syncing.problems import Desk, Problem

MEBIBYTE = 1024 * 1024
MAX_BYTES = 50 * MEBIBYTE
"""https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-ds.html"""


@dataclass
class Changes:
    """What a batch of messages says has changed.

    Args:
        bucket: Where the documents lie.
        file_types: Endings of the names of documents that Bedrock reads, in lower case.
        tenant_attribute: Attribute that labels name the tenant by; empty where documents belong to nobody.
        desk: Where problems are told.
        wanted: Whether there is anything to bring up to date.
        everything: Whether that is all data sources, not that of the uploads alone.
    """

    bucket: str
    file_types: tuple[str, ...]
    tenant_attribute: str
    desk: Desk
    wanted: bool = False
    everything: bool = False

    def take(self, body: str) -> None:
        """Looks at one message.

        Raises:
            MalformedEvent: It is neither an event of the bucket nor a request.
        """
        if request := request_of(body):
            self.wanted = True
            self.everything = self.everything or request in EVERYTHING
            return
        change = parse(body, self.bucket)
        if change.is_folder:
            return
        count("DocumentsChanged")
        self.wanted = self._label(change) or self.wanted

    def _label(self, change: Change) -> bool:
        """Tells what is wrong with a document, keeps its label right, and says whether the knowledge base has to know."""
        if labels.is_label(change.key):
            return not self.tenant_attribute or labels.mend(self.bucket, change.key, self.tenant_attribute)
        problem = self._problem(change)
        if problem:
            self.desk.tell(problem)
        if self.tenant_attribute:
            labels.write(self.bucket, change.key, self.tenant_attribute)
        return True

    def _problem(self, change: Change) -> Problem | None:
        if change.deleted:
            return None
        found = self._refusal(change)
        return Problem(f"s3://{self.bucket}/{change.key}", *found, version=change.version, key=change.key) if found else None

    def _refusal(self, change: Change) -> tuple[str, str] | None:
        ending = PurePosixPath(change.key).suffix.lower()
        if self.tenant_attribute and labels.tenant_of(change.key) is None:
            return "OUTSIDE_TENANTS", "The document lies outside of tenants/NAME/, so that it belongs to nobody and nobody can find it."
        if self.tenant_attribute and not labels.fits(change.key):
            return "KEY_TOO_LONG", f"The key leaves no room for the label, whose key is {len(labels.SUFFIX)} bytes longer."
        if change.size > MAX_BYTES:
            return "TOO_LARGE", f"The file has {change.size} bytes, and Bedrock reads {MAX_BYTES} at most."
        if ending not in self.file_types:
            return "UNSUPPORTED_TYPE", f"Bedrock reads files that end in {', '.join(self.file_types)}."
        return None


def start_run(table: str, state_machine_arn: str, *, everything: bool) -> None:
    """Counts the change, and starts a run unless one holds the knowledge base: that one looks again when it ends.

    Args:
        table: Says which run holds the knowledge base.
        state_machine_arn: What runs.
        everything: Whether all data sources are to be looked through.
    """
    item = runs.ask(table, everything=everything)
    count("SyncsRequested")
    if runs.held(item):
        logger.info("a run is under way and will be followed by another")
        return
    client("stepfunctions").start_execution(stateMachineArn=state_machine_arn, input="{}")
    count("SyncsStarted")
