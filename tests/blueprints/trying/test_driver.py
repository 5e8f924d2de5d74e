import json
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import pytest
import typer
from rich.console import Console

from blueprints import console
from blueprints.local import cdk, embedded
from blueprints.trying import driver, trial
from stacks.catalogue import CATALOGUE

FOUNDATION = CATALOGUE["foundation"]
DOCUMENTS = CATALOGUE["document-analysis"]
REPORT: dict[str, Any] = {"calls": [], "resources": [], "functions": [], "summary": {}}


class World:
    """An embedded AWS and a CDK command line that only note what they are asked to do."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.done: list[str] = []
        self.raises: dict[str, BaseException] = {}
        self.report: dict[str, Any] = REPORT
        self.left: list[cdk.Leftover] = []
        self.running: Any = None

    def do(self, what: str) -> None:
        self.done.append(what)
        if what in self.raises:
            raise self.raises[what]


class Sender:
    """A trial that finds one thing."""

    def __init__(self, world: World, *, good: bool = True) -> None:
        self._world, self._good = world, good

    def problems(self, files: Sequence[Path]) -> list[str]:
        return [f"{file}: there is no such file" for file in files if not file.exists()]

    def run(self, session: Any, files: Sequence[Path]) -> bool:
        self._world.do(f"send {len(files)} to {session.outputs['Name']}")
        return self._good

    def print(self, console: Console) -> None:
        console.print("found something")

    def document(self) -> list[dict[str, Any]]:
        return [{"found": "something"}]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    world = World(tmp_path)

    class Aws:
        environment = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "test", "CDK_HOME": "x"}
        endpoint_url = "http://127.0.0.1:4566"
        workspace = tmp_path

        def __init__(self, port: int | None = None) -> None:
            self._port = port

        @classmethod
        def running(cls) -> Any:
            return world.running

        def __enter__(self) -> Self:
            world.do(f"start on {self._port}")
            return self

        def __exit__(self, *_: object) -> None:
            world.do("stop")

        def report(self) -> dict[str, Any]:
            return world.report

        def detach(self) -> None:
            world.do("detach")

    class Cdk:
        def __init__(self, aws: Any, *, context: dict[str, str], progress: Callable[[str], None]) -> None:
            world.do(f"settings {Path(context['settings']).name}")
            progress("line")

        def bootstrap(self) -> None:
            world.do("bootstrap")

        def deploy(self, names: Sequence[str], outputs_file: Path) -> None:
            world.do(f"deploy {names[0]}")
            outputs_file.write_text(json.dumps({names[0]: {"Name": "bucket-1"}}), encoding="utf-8")

        def destroy(self, names: Sequence[str]) -> None:
            world.do(f"destroy {names[0]}")

        def leftovers(self) -> list[cdk.Leftover]:
            return world.left

    monkeypatch.setattr(embedded, "EmbeddedAws", Aws)
    monkeypatch.setattr(cdk, "CdkCli", Cdk)
    monkeypatch.setattr(driver, "trial_of", lambda entry: Sender(world) if entry is DOCUMENTS else None)
    for name, stream in {"out": False, "err": True}.items():
        monkeypatch.setattr(driver, name, Console(stderr=stream, width=100, highlight=False))
    monkeypatch.setattr(console, "err", driver.err)
    return world


class AskedSender(Sender):
    """A trial that takes questions of up to three signs."""

    def ask(self, questions: Sequence[str]) -> list[str]:
        self._world.done.append(f"ask {', '.join(questions)}")
        return [f"{question}: too long" for question in questions if len(question) > 3]


class PreparedSender(Sender):
    """A trial whose settings name what has to stand."""

    def prepare(self, aws: Any) -> None:
        self._world.do(f"prepare {aws.workspace.name}")


def run(entry: Any = DOCUMENTS, *files: Path, keep: bool = False, port: int | None = None, as_json: bool = False, ask: Any = ()) -> int:
    return driver.run(entry, files, questions=ask, keep=keep, port=port, as_json=as_json)


def refused(*arguments: Any, **options: Any) -> int:
    with pytest.raises(typer.Exit) as caught:
        run(*arguments, **options)
    return caught.value.exit_code


def test_a_blueprint_is_deployed_used_and_removed(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()
    assert run(DOCUMENTS, tmp_path / "a.pdf", port=4566) == 0
    assert world.done == [
        *("start on 4566", "settings document-analysis.yaml", "bootstrap", "deploy document-analysis", "send 1 to bucket-1"),
        *("destroy document-analysis", "stop"),
    ]


def test_results_go_to_standard_output_and_steps_to_standard_error(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    run()
    captured = capsys.readouterr()
    assert "found something" in captured.out
    assert "Left behind: nothing." in captured.out
    assert [line.split("  ")[0] for line in captured.err.splitlines()] == [
        "Trying document-analysis on an AWS inside this machine. No account is used.",
        *("Embedded AWS started", "CDK bootstrapped", "document-analysis deployed", "Input sent through it", "document-analysis destroyed"),
    ]


def test_everything_can_be_one_json_document(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    run(as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["blueprint"], told["results"], told["left"]) == ("document-analysis", [{"found": "something"}], [])
    assert set(told["seconds"]) == {"start", "bootstrap", "deploy", "run", "destroy"}
    assert told["provenance"] == REPORT


def test_a_blueprint_without_input_is_deployed_and_removed(world: World) -> None:
    assert run(FOUNDATION) == 0
    assert world.done[3:] == ["deploy foundation", "destroy foundation", "stop"]


def test_what_the_settings_name_is_put_in_place_before_anything_is_deployed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "trial_of", lambda _: PreparedSender(world))
    assert run() == 0
    (prepared,) = [each for each in world.done if each.startswith("prepare")]
    assert world.done.index("bootstrap") < world.done.index(prepared) < world.done.index("deploy document-analysis")


def test_results_that_are_not_as_they_should_be_fail_the_command(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "trial_of", lambda _: Sender(world, good=False))
    assert run() == 1
    assert world.done[-2:] == ["destroy document-analysis", "stop"]


def test_what_is_left_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.left = [cdk.Leftover("AWS::KMS::Key", "key-1", "deleted on 2026-12-21")]
    assert run(FOUNDATION) == 0
    assert "key-1" in capsys.readouterr().out


def test_what_cannot_be_deleted_fails_the_command(world: World) -> None:
    world.report = {**REPORT, "resources": [{"type": "AWS::KMS::Key", "provenance": "real", "state": "deletion failed"}]}
    assert run(FOUNDATION) == 1


def test_kept_it_runs_on_and_tells_how_to_reach_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(keep=True) == 0
    assert world.done[-1] == "detach"
    assert not {"stop", "destroy document-analysis"} & set(world.done)
    shown, said = capsys.readouterr()
    assert "Left behind" not in shown
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:4566\nexport AWS_ACCESS_KEY_ID=test\n" in said
    assert "CDK_HOME" not in said
    assert "Name = bucket-1" in said
    assert "python -m blueprints stop" in said


def test_only_one_is_kept_at_a_time(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.running = embedded.EmbeddedAws()
    assert refused(keep=True) == 2
    assert world.done == []
    assert "still runs at http://127.0.0.1:4566; `python -m blueprints stop` ends it" in capsys.readouterr().err


def test_files_that_cannot_be_sent_are_all_told_before_anything_starts(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert refused(DOCUMENTS, tmp_path / "a.pdf", tmp_path / "b.pdf") == 2
    assert world.done == []
    said = "".join(capsys.readouterr().err.split("\n"))
    assert "a.pdf: there is no such file" in said
    assert "b.pdf: there is no such file" in said


def test_files_for_a_blueprint_that_takes_none_are_refused(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert refused(FOUNDATION, tmp_path) == 2
    assert "foundation takes no files" in capsys.readouterr().err


@pytest.mark.parametrize("entry", [FOUNDATION, DOCUMENTS])
def test_questions_for_a_blueprint_that_takes_none_are_refused(world: World, capsys: pytest.CaptureFixture[str], entry: Any) -> None:
    assert refused(entry, ask=["Why?"]) == 2
    assert world.done == []
    assert f"{entry.name} takes no questions: leave --ask out" in capsys.readouterr().err


def test_questions_are_handed_to_a_trial_that_takes_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "trial_of", lambda _: AskedSender(world))
    assert run(ask=["Why", "Who"]) == 0
    assert world.done[:2] == ["ask Why, Who", "start on None"]


def test_files_and_questions_that_cannot_be_sent_are_told_together(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(driver, "trial_of", lambda _: AskedSender(world))
    assert refused(DOCUMENTS, tmp_path / "gone", ask=["Where"]) == 2
    said = "".join(capsys.readouterr().err.split("\n"))
    assert "gone: there is no such file" in said
    assert "Where: too long" in said


def test_what_set_up_has_not_installed_is_told(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(driver, "missing_for_trial", lambda: ["Node (requirements.txt)"])
    assert refused() == 1
    assert "not installed: Node (requirements.txt); `make setup-try` installs it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("step", "error", "code"),
    [
        ("start on 4566", embedded.PortTakenError("port 4566 is taken"), 2),
        ("start on 4566", embedded.StartError("it did not start"), 1),
        ("deploy document-analysis", cdk.CdkError("cdk deploy failed with exit code 1"), 1),
        ("destroy document-analysis", cdk.CdkError("cdk destroy failed with exit code 1"), 1),
    ],
)
def test_what_goes_wrong_is_told_without_a_traceback(
    world: World, capsys: pytest.CaptureFixture[str], step: str, error: Exception, code: int
) -> None:
    world.raises[step] = error
    assert refused(port=4566) == code
    assert f"Error: {error}" in capsys.readouterr().err
    assert world.done[-1] == (step if step.startswith("start") else "stop")


@pytest.mark.parametrize(
    "step", ["start on None", "bootstrap", "deploy document-analysis", "send 0 to bucket-1", "destroy document-analysis"]
)
def test_an_interruption_at_any_step_leaves_nothing_running(world: World, capsys: pytest.CaptureFixture[str], step: str) -> None:
    world.raises[step] = KeyboardInterrupt()
    assert run() == 130
    assert world.done[-1] == ("stop" if step != "start on None" else step)
    assert "Interrupted; nothing is left running." in capsys.readouterr().err


def test_a_request_to_end_stops_everything_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(Sender):
        def run(self, session: Any, files: Sequence[Path]) -> bool:
            os.kill(os.getpid(), signal.SIGTERM)
            return True

    monkeypatch.setattr(driver, "trial_of", lambda _: Ended(world))
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as caught:
        run()
    assert caught.value.code == 143
    assert world.done[-1] == "stop"
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_settings_of_a_trial_are_found(world: World) -> None:
    assert trial.settings_file(DOCUMENTS).is_file()
