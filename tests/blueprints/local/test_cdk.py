"""The CDK command line is driven, and its failures are told by the resource that failed."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from blueprints.local import cdk, processes
from blueprints.local.cdk import CdkCli, CdkError, Leftover, failures
from blueprints.local.embedded import EmbeddedAws


class Pages:
    """Something with paginated answers."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(pages=self._answers[operation])

    def paginate(self, **_: str) -> Any:
        return self._answers["pages"]

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **parameters: self._answers[operation](**parameters)


def event(status: str, logical_id: str = "Queue", **rest: str) -> dict[str, str]:
    return {"ResourceStatus": status, "LogicalResourceId": logical_id, "ResourceType": "AWS::SQS::Queue", **rest}


EVENTS = [
    event("ROLLBACK_COMPLETE", "stack"),
    event("CREATE_FAILED", "Other"),
    event("CREATE_FAILED", ResourceStatusReason="DelaySeconds is too long"),
    event("CREATE_COMPLETE", "Role"),
]


def cloudformation(status: str) -> Pages:
    stack = {"StackName": "stack", "StackId": "id", "StackStatus": status}
    return Pages(list_stacks=[{"StackSummaries": [stack]}], describe_stack_events=[{"StackEvents": [event]} for event in EVENTS])


class Aws(EmbeddedAws):
    """An embedded AWS that is not running."""

    def __init__(self, home: Path, report: dict[str, Any] | None = None, **services: Pages) -> None:
        super().__init__(4566, home)
        self.workspace.mkdir(parents=True)
        self._report = report or {"resources": []}
        self._services = services

    def client(self, service: str) -> Any:
        return self._services[service]

    def report(self) -> dict[str, Any]:
        return self._report


Script = Callable[[str], None]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Puts a program of the test in the place of ``cdk``."""
    monkeypatch.setattr(cdk, "PROJECT", tmp_path)
    program = tmp_path / "node_modules" / ".bin" / "cdk"
    program.parent.mkdir(parents=True)

    def write(text: str) -> None:
        program.write_text(f"#!{sys.executable}\nimport os, sys\n{text}")
        program.chmod(0o755)

    return write


def test_lines_are_passed_on_as_they_come(script: Script, tmp_path: Path) -> None:
    script("print('one\\n'); print('two ü', file=sys.stderr)")
    lines: list[str] = []
    CdkCli(Aws(tmp_path), directory=tmp_path, progress=lines.append).bootstrap()
    assert sorted(lines) == ["one", "two ü"]


def test_the_command_is_told_what_to_do_and_where(script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    script("print(*sys.argv[1:]); print(os.environ['AWS_ENDPOINT_URL'], os.environ.get('AWS_PROFILE'), os.getcwd(), os.environ['PATH'])")
    aws = Aws(tmp_path / "home")
    lines: list[str] = []
    cli = CdkCli(aws, directory=tmp_path, context={"settings": "a.yaml"}, progress=lines.append)
    cli.bootstrap()
    assert lines[0].startswith("bootstrap aws://123456789012/us-east-1 ")
    assert lines[1].startswith(f"http://127.0.0.1:4566 None {aws.workspace} {Path(sys.executable).parent}{os.pathsep}")
    lines.clear()
    cli.deploy(["one"], tmp_path / "outputs.json")
    assert lines[0].startswith("deploy one --require-approval never")
    assert f"--output {cli.assembly} --context settings=a.yaml --outputs-file {tmp_path / 'outputs.json'}" in lines[0]
    lines.clear()
    cli.destroy()
    assert lines[0].startswith(f"destroy --all --force --app {cli.assembly}")


def test_an_interruption_ends_the_command_and_what_it_started(script: Script, tmp_path: Path) -> None:
    script(
        "import subprocess\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    children: list[int] = []

    def interrupt(line: str) -> None:
        children.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CdkCli(Aws(tmp_path), directory=tmp_path, progress=interrupt).bootstrap()
    processes.wait_for_end(children[0], 5)


def test_a_failure_names_the_resource_and_the_reason(script: Script, tmp_path: Path) -> None:
    script("print('something'); sys.exit(1)")
    aws = Aws(tmp_path, cloudformation=cloudformation("ROLLBACK_COMPLETE"))
    with pytest.raises(CdkError, match=r"cdk deploy failed with exit code 1:\nstack/Queue \(AWS::SQS::Queue\): DelaySeconds is too long"):
        CdkCli(aws, directory=tmp_path).deploy()


def test_a_failure_without_a_resource_shows_what_was_printed(script: Script, tmp_path: Path) -> None:
    script("print('no such app'); sys.exit(2)")
    aws = Aws(tmp_path, cloudformation=cloudformation("CREATE_COMPLETE"))
    with pytest.raises(CdkError, match="cdk deploy failed with exit code 2:\nno such app"):
        CdkCli(aws, directory=tmp_path).deploy()


def test_failures_are_told_in_the_order_in_which_they_happened() -> None:
    found = list(failures(cloudformation("CREATE_FAILED")))
    assert found[0].endswith("DelaySeconds is too long")
    assert found[1].endswith("no reason given")


def resource(state: str, stack: str = "stack", **rest: str) -> dict[str, str]:
    return {"stack": stack, "type": "AWS::S3::Bucket", "physical_id": f"{stack}-{state}", "state": state, "reason": "", **rest}


def test_what_is_left_is_listed_with_the_reason(tmp_path: Path) -> None:
    rows = [
        resource("deleted"),
        resource("retained"),
        resource("deletion failed", reason="not empty"),
        resource("exists", type="AWS::SNS::Topic"),
        resource("exists", "CDKToolkit"),
        resource("retained", "known", type="AWS::Logs::LogGroup", physical_id="/known"),
    ]
    logs = Pages(describe_log_groups=[{"logGroups": [{"logGroupName": "/known"}, {"logGroupName": "/aws/lambda/f"}]}])
    keys = {"a": {"KeyState": "PendingDeletion", "DeletionDate": datetime(2026, 12, 1, tzinfo=UTC)}, "b": {"KeyState": "Enabled"}}
    kms = Pages(list_keys=[{"Keys": [{"KeyId": key} for key in keys]}], describe_key=lambda KeyId: {"KeyMetadata": keys[KeyId]})  # noqa: N803
    assert CdkCli(Aws(tmp_path, {"resources": rows}, logs=logs, kms=kms)).leftovers() == [
        Leftover("AWS::KMS::Key", "a", "deleted on 2026-12-01"),
        Leftover("AWS::Logs::LogGroup", "/aws/lambda/f", "made by the service that writes to it"),
        Leftover("AWS::Logs::LogGroup", "/known", "kept by its deletion policy"),
        Leftover("AWS::S3::Bucket", "stack-deletion failed", "not empty"),
        Leftover("AWS::S3::Bucket", "stack-retained", "kept by its deletion policy"),
        Leftover("AWS::SNS::Topic", "stack-exists", "its stack still exists"),
    ]
