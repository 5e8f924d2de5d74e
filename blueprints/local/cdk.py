"""Runs the real CDK command line against the embedded AWS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blueprints.local import identity
from blueprints.local.embedded import PROJECT, EmbeddedAws

Progress = Callable[[str], None]
"""Takes one line of what the CDK command line prints."""


class CdkError(RuntimeError):
    """The CDK command line failed; the message tells which resource and why."""


BOOTSTRAP_STACK = "CDKToolkit"
LEFT = {"deletion failed": "could not be deleted", "exists": "its stack still exists", "retained": "kept by its deletion policy"}
"""Why a resource is left, by its state in the report."""


@dataclass(frozen=True)
class Leftover:
    """Something that still exists after the stacks were destroyed.

    Args:
        kind: What it is, in AWS's words.
        name: Its name or id.
        reason: Why it is still there.
    """

    kind: str
    name: str
    reason: str


class CdkCli:
    """Drives ``cdk`` for one app against one embedded AWS.

    Args:
        aws: The AWS to deploy to.
        directory: Where the app and its ``cdk.json`` are.
        context: Context values for the app.
        progress: Called with each line that the command prints.

    Raises:
        CdkError: A command failed.
    """

    def __init__(
        self, aws: EmbeddedAws, *, directory: Path = PROJECT, context: dict[str, str] | None = None, progress: Progress | None = None
    ) -> None:
        self._aws = aws
        self._directory = directory
        self._context = context or {}
        self._progress = progress or (lambda _: None)
        self.assembly = aws.workspace / "cdk.out"

    def bootstrap(self) -> None:
        """Prepares the account for deployments."""
        self._run("bootstrap", f"aws://{identity.ACCOUNT_ID}/{self._aws.region}", directory=self._aws.workspace)

    def deploy(self, names: Sequence[str] = (), outputs_file: Path | None = None) -> None:
        """Synthesises the app and deploys the stacks ``names``, or all of them."""
        context = [word for key, value in self._context.items() for word in ("--context", f"{key}={value}")]
        outputs = ["--outputs-file", str(outputs_file)] if outputs_file else []
        fixed = ["--require-approval", "never", "--progress", "events", "--concurrency", "4", "--output", str(self.assembly)]
        self._run("deploy", *(names or ["--all"]), *fixed, *context, *outputs)

    def destroy(self, names: Sequence[str] = ()) -> None:
        """Deletes the stacks that the last deployment synthesised."""
        self._run("destroy", *(names or ["--all"]), "--force", "--app", str(self.assembly))

    def leftovers(self) -> list[Leftover]:
        """Lists what is still there after the stacks were destroyed; what the bootstrap brought does not count."""
        return sorted({*_kept(self._aws.report()), *_unnoticed(self._aws)}, key=lambda left: (left.kind, left.name))

    def _run(self, *arguments: str, directory: Path | None = None) -> None:
        command = [str(PROJECT / "node_modules" / ".bin" / "cdk"), *arguments, "--no-notices", "--no-color"]
        process = subprocess.Popen(
            command,
            cwd=directory or self._directory,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            last = self._follow(process)
            code = process.wait()
        finally:
            _end_with_children(process)
        if code:
            reasons = "\n".join(failures(self._aws.client("cloudformation"))) or "\n".join(last)
            raise CdkError(f"cdk {arguments[0]} failed with exit code {code}:\n{reasons}")

    def _follow(self, process: subprocess.Popen[str]) -> Iterable[str]:
        last: deque[str] = deque(maxlen=25)
        assert process.stdout is not None  # noqa: S101
        for line in process.stdout:
            if text := line.rstrip():
                last.append(text)
                self._progress(text)
        return last

    def _environment(self) -> dict[str, str]:
        tools = Path(sys.executable).parent
        kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        return {**kept, **self._aws.environment, "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "true"}


def _end_with_children(process: subprocess.Popen[str]) -> None:
    """Ends the command and what it started: its Node, the app, and the app's Node."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


def _kept(report: dict[str, Any]) -> Iterator[Leftover]:
    for resource in report["resources"]:
        if resource["stack"] != BOOTSTRAP_STACK and resource["state"] in LEFT:
            reason = resource["reason"] or LEFT[resource["state"]]
            yield Leftover(resource["type"], resource["physical_id"], reason)


def _unnoticed(aws: EmbeddedAws) -> Iterator[Leftover]:
    """Yields what no stack knows of, and what is deleted later."""
    known = {resource["physical_id"] for resource in aws.report()["resources"]}
    for page in aws.client("logs").get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            if group["logGroupName"] not in known:
                yield Leftover("AWS::Logs::LogGroup", group["logGroupName"], "made by the service that writes to it")
    kms = aws.client("kms")
    for page in kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            found = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
            if found["KeyState"] == "PendingDeletion":
                yield Leftover("AWS::KMS::Key", key["KeyId"], f"deleted on {found['DeletionDate']:%Y-%m-%d}")


def failures(cloudformation: Any) -> Iterator[str]:
    """Yields one line for each resource whose creation, update or deletion failed, with the reason."""
    for stack in _stacks(cloudformation):
        if "FAILED" not in stack["StackStatus"] and "ROLLBACK" not in stack["StackStatus"]:
            continue
        pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack["StackId"])
        for event in reversed([event for page in pages for event in page["StackEvents"]]):
            if event["ResourceStatus"].endswith("_FAILED") and event["LogicalResourceId"] != stack["StackName"]:
                reason = event.get("ResourceStatusReason", "no reason given")
                yield f"{stack['StackName']}/{event['LogicalResourceId']} ({event['ResourceType']}): {reason}"


def _stacks(cloudformation: Any) -> Iterator[dict[str, Any]]:
    for page in cloudformation.get_paginator("list_stacks").paginate():
        yield from page["StackSummaries"]
