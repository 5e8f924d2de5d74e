import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from blueprints import cli, docs, showing
from blueprints.evaluating import driver as evaluating
from blueprints.local.embedded import EmbeddedAws
from blueprints.trying import driver
from stacks.catalogue import CATALOGUE
from stacks.settings import published

Invoke = Callable[..., Result]


@pytest.fixture
def invoke() -> Invoke:
    return lambda *arguments: CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "100"})


def test_without_a_command_it_tells_which_there_are(invoke: Invoke) -> None:
    result = invoke()
    assert all(command in result.output for command in ("list", "show", "schema", "try", "evaluate", "stop", "docs"))


@pytest.mark.parametrize("command", ["list", "show", "schema", "try", "evaluate", "stop", "docs"])
def test_every_command_has_help_with_an_example_and_the_exit_codes(invoke: Invoke, command: str) -> None:
    result = invoke(command, "--help")
    assert result.exit_code == 0
    assert f"python -m blueprints {command}" in result.stdout
    assert "Exit codes: 0 done, 1 something failed, 2 wrong input, 130 interrupted." in result.stdout


def test_list_has_every_blueprint_with_its_tier(invoke: Invoke) -> None:
    result = invoke("list")
    assert result.exit_code == 0
    assert all(name in result.stdout and entry.tier in result.stdout for name, entry in CATALOGUE.items())


def test_list_can_be_one_json_document(invoke: Invoke) -> None:
    listed = json.loads(invoke("list", "--json").stdout)
    assert {blueprint["name"] for blueprint in listed} == set(CATALOGUE)
    assert set(listed[0]) == {"name", "title", "tier", "summary", "services"}


def test_show_tells_what_is_known(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"services": [], "settings": [], "outputs": {"KeyArn": "A key"}, "samples": ["settings/x.yaml"]}
    monkeypatch.setattr(showing, "description", lambda _: told)
    assert "KeyArn" in invoke("show", "foundation").stdout
    assert json.loads(invoke("show", "foundation", "--json").stdout) == told


@pytest.mark.parametrize("command", ["show", "try"])
def test_an_unknown_blueprint_is_refused_with_the_nearest(invoke: Invoke, command: str) -> None:
    result = invoke(command, "document-analisys")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no blueprint 'document-analisys'" in result.stderr
    assert "did you mean document-analysis?" in result.stderr


@pytest.mark.parametrize("arguments", [("shwo",), ("list", "--jsn"), ("try",), ("try", "foundation", "--port", "0")])
def test_a_wrong_command_line_is_refused(invoke: Invoke, arguments: tuple[str, ...]) -> None:
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage" in result.stderr


def test_schema_is_printed(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "json_schema", lambda: {"title": "Settings"})
    assert json.loads(invoke("schema").stdout) == {"title": "Settings"}


def test_schema_can_be_written_to_where_the_samples_point(invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(published, "json_schema", lambda: {"title": "Settings"})
    monkeypatch.setattr(showing, "ROOT", tmp_path)
    (tmp_path / "settings").mkdir()
    result = invoke("schema", "--write")
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads((tmp_path / "settings/schema.json").read_text(encoding="utf-8")) == {"title": "Settings"}


def test_try_is_given_what_was_asked_for_and_ends_with_its_exit_code(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(driver, "run", lambda *given, **options: asked.append((given, options)) or 130)
    result = invoke(
        "try", "document-analysis", str(tmp_path / "a b.pdf"), "--ask", "Why?", "--ask", "Who?", "--keep", "--port", "4566", "--json"
    )
    assert result.exit_code == 130
    options = {"questions": ("Why?", "Who?"), "keep": True, "port": 4566, "as_json": True}
    assert asked == [((CATALOGUE["document-analysis"], (tmp_path / "a b.pdf",)), options)]


EVALUATE = ("evaluate", "knowledge-base-rag", "--questions", "questions.yaml")


def test_evaluate_compares_deployments_inside_this_machine(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(evaluating, "run_embedded", lambda *given, **options: asked.append((given, options)) or 1)
    result = invoke(*EVALUATE, "--documents", "handbook", "--settings", "a.yaml", "--settings", "b.yaml", "--port", "4566", "--json")
    options = {"documents": Path("handbook"), "settings": [Path("a.yaml"), Path("b.yaml")], "port": 4566, "as_json": True}
    assert (result.exit_code, asked) == (1, [((CATALOGUE["knowledge-base-rag"], Path("questions.yaml")), options)])


def test_evaluate_asks_stacks(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(evaluating, "run_deployed", lambda *given, **options: asked.append((given, options)) or 0)
    result = invoke(*EVALUATE, "--stack", "one", "--stack", "two", "--token", "acme=x")
    options = {"stacks": ["one", "two"], "tokens": ["acme=x"], "as_json": False}
    assert (result.exit_code, asked) == (0, [((CATALOGUE["knowledge-base-rag"], Path("questions.yaml")), options)])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--stack", "one", "--documents", "x"), "a stack is asked about what it holds"),
        (("--token", "x"), "--token is for stacks of your account"),
    ],
)
def test_evaluate_refuses_options_that_do_not_go_together(invoke: Invoke, options: tuple[str, ...], said: str) -> None:
    result = invoke(*EVALUATE, *options)
    assert (result.exit_code, said in result.stderr) == (2, True)


@pytest.mark.parametrize(("running", "said"), [(True, "Stopped."), (False, "Nothing is running.")])
def test_stop_tells_whether_there_was_something_to_stop(invoke: Invoke, monkeypatch: pytest.MonkeyPatch, running: bool, said: str) -> None:
    monkeypatch.setattr(EmbeddedAws, "stop_running", lambda: running)
    result = invoke("stop")
    assert (result.exit_code, result.stderr.strip()) == (0, said)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project with one page that is out of date, and without the schema."""
    monkeypatch.setattr(published, "json_schema", dict)
    monkeypatch.setattr(showing, "ROOT", tmp_path)
    for name in ("stale", "write"):
        monkeypatch.setattr(docs, name, lambda _, names: [Path(f"docs/{name}.md") for name in names or ("a",)])
    (tmp_path / "settings").mkdir()
    return tmp_path


def test_docs_writes_the_pages_and_the_schema(invoke: Invoke, pages: Path) -> None:
    result = invoke("docs")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == ["Written: settings/schema.json", "Written: docs/a.md"]
    assert (pages / "settings/schema.json").read_text(encoding="utf-8") == "{}\n"


def test_docs_can_only_tell_what_is_out_of_date(invoke: Invoke, pages: Path) -> None:
    result = invoke("docs", "--check")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == ["Out of date: settings/schema.json", "Out of date: docs/a.md"]
    assert not (pages / "settings/schema.json").exists()


@pytest.mark.usefixtures("pages")
def test_docs_writes_the_pages_of_some_blueprints(invoke: Invoke) -> None:
    assert "Written: docs/foundation.md" in invoke("docs", "foundation").stderr
    assert "there is no blueprint 'foundatoin'" in invoke("docs", "foundatoin").stderr


@pytest.mark.parametrize("arguments", [("show", "foundation"), ("schema",), ("docs",)])
def test_what_needs_node_says_so_when_it_is_not_installed(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(cli, "missing_for_synthesis", lambda: ["Node (requirements.txt)"])
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not installed: Node (requirements.txt); `make setup` installs it" in result.stderr
