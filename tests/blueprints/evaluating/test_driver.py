import json
from pathlib import Path
from typing import Any, Self

import pytest
import typer
from rich.console import Console

from blueprints import console
from blueprints.evaluating import driver
from blueprints.evaluating.driver import by_tenant, planned, run_deployed, run_embedded, settings_file
from blueprints.evaluating.targets import Target, TargetError
from blueprints.local import cdk, embedded
from blueprints.trying.answers import Reply
from stacks.catalogue import CATALOGUE
from stacks.settings import load

RAG = CATALOGUE["knowledge-base-rag"]
QUESTIONS = """
questions:
  - {question: How many days, documents: [leave.md], words: ["27"]}
  - {question: What does lunch cost, answerable: false}
"""
BODY = {"outcome": "answered", "answer": "27", "citations": [{"source": "s3://b/tenants/trial/leave.md"}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "leave.md").write_text("27 days", encoding="utf-8")
    (tmp_path / "questions.yaml").write_text(QUESTIONS, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, stream in {"out": False, "err": True}.items():
        monkeypatch.setattr(driver, name, Console(stderr=stream, width=120, highlight=False))
    monkeypatch.setattr(console, "err", driver.err)


def questions(folder: Path) -> Path:
    return folder.parent / "questions.yaml"


def settings(folder: Path, name: str, *deployments: str) -> Path:
    path = folder.parent / name
    listed = "".join(f"  {deployment}: {{blueprint: knowledge-base-rag}}\n" for deployment in deployments)
    path.write_text(f"deployments:\n{listed}  foundation: {{}}\n", encoding="utf-8")
    return path


def refused(capsys: pytest.CaptureFixture[str], *given: Any) -> str:
    with pytest.raises(typer.Exit) as caught:
        planned(*given)
    assert caught.value.exit_code == 2
    return capsys.readouterr().err


def test_two_deployments_that_differ_in_chunking_are_compared_by_default() -> None:
    first, second = load(settings_file(RAG)).deployments
    assert first.settings.chunking != second.settings.chunking  # type: ignore[attr-defined]
    same = {"chunking": None}
    assert first.settings.model_copy(update=same) == second.settings.model_copy(update=same)
    assert first.settings.data_on_removal == "destroy"


def test_what_is_evaluated_is_read_beforehand(folder: Path) -> None:
    files = [settings(folder, "a.yaml", "one"), settings(folder, "b.yaml", "two", "three")]
    plan = planned(RAG, questions(folder), folder, files)
    assert plan.settings == {files[0]: ["one"], files[1]: ["two", "three"]}
    assert [document.name for document in plan.documents] == ["leave.md"]
    assert [question.question for question in plan.questions] == ["How many days", "What does lunch cost"]


def test_everything_wrong_is_told_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "leave.md").rename(folder / "leaves.md")
    files = [settings(folder, "a.yaml", "one"), settings(folder, "b.yaml", "one"), settings(folder, "c.yaml"), folder / "gone.yaml"]
    said = refused(capsys, RAG, questions(folder), folder, files)
    assert 'questions.yaml:3: questions[0].documents[0]: "leave.md" is not among the documents; did you mean leaves.md?' in said
    assert "one: stands in several settings files" in said
    assert "c.yaml: has no deployment of knowledge-base-rag" in said
    assert "gone.yaml: cannot be read" in said


def test_a_folder_without_files_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "leave.md").unlink()
    assert f"{folder}: holds no files" in refused(capsys, RAG, questions(folder), folder, []).replace("\n", "")


def test_tenants_of_questions_must_be_those_of_the_documents(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tenants/acme").mkdir(parents=True)
    (folder / "leave.md").rename(folder / "tenants/acme/leave.md")
    assert "questions[1].tenant: is missing; allowed: acme" in refused(capsys, RAG, questions(folder), folder, [])


def test_a_blueprint_that_answers_nothing_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        run_embedded(CATALOGUE["foundation"], questions(folder), documents=folder, settings=[], port=None, as_json=False)
    assert "foundation answers no questions; blueprints that can be evaluated: knowledge-base-rag" in capsys.readouterr().err


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    done: list[str] = []

    class Aws:
        workspace = tmp_path

        def __init__(self, port: int | None = None) -> None:
            done.append(f"port {port}")

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            done.append("stop")

        def report(self) -> Any:
            return {"calls": [], "resources": []}

    class Cdk:
        def __init__(self, aws: Any, *, context: dict[str, str], progress: Any) -> None:
            self._file = Path(context["settings"]).name

        def bootstrap(self) -> None:
            done.append("bootstrap")

        def deploy(self, names: list[str], outputs_file: Path) -> None:
            done.append(f"deploy {', '.join(names)} of {self._file}")
            outputs_file.write_text(json.dumps({name: {"Name": name} for name in names}), encoding="utf-8")

    def target(name: str, session: Any, documents: Any) -> Target:
        done.append(f"fill {session.outputs['Name']} with {len(documents)}")
        return Target(name, lambda question, tenant: Reply(200, BODY, 0.2), "FIXED_SIZE", 1)

    monkeypatch.setattr(embedded, "EmbeddedAws", Aws)
    monkeypatch.setattr(cdk, "CdkCli", Cdk)
    monkeypatch.setattr(driver, "embedded", target)
    monkeypatch.setattr(driver, "require_tools", lambda: None)
    return done


def compare(folder: Path, *, as_json: bool = False) -> int:
    files = [settings(folder, "a.yaml", "one", "two"), settings(folder, "b.yaml", "three")]
    return run_embedded(RAG, questions(folder), documents=folder, settings=files, port=4566, as_json=as_json)


def test_deployments_are_made_filled_and_asked(folder: Path, done: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(folder) == 0
    assert done == [
        *("port 4566", "bootstrap", "deploy one, two of a.yaml", "deploy three of b.yaml"),
        *("fill one with 1", "fill two with 1", "fill three with 1", "stop"),
    ]
    shown = capsys.readouterr().out
    assert "Grounded answers" in shown
    assert shown.count("100.0 %") == 3


def test_everything_can_be_one_json_document(folder: Path, done: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(folder, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert [evaluation["name"] for evaluation in told["evaluations"]] == ["one", "two", "three"]
    assert told["evaluations"][0]["figures"]["grounded"] == 1
    assert {"start", "bootstrap", "deploy a", "ingest one", "ask one"} <= set(told["seconds"])
    assert told["provenance"] == {"calls": [], "resources": []}


def test_a_question_without_an_answer_fails_the_command(folder: Path, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    failing = Target("one", lambda question, tenant: Reply(500, {"message": "no"}, 0.2), "FIXED_SIZE", 1)
    monkeypatch.setattr(driver, "embedded", lambda *_: failing)
    assert compare(folder) == 1


def test_documents_that_are_not_indexed_end_the_command(
    folder: Path, done: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(*_: Any) -> Target:
        raise TargetError("one did not index 1 of 1 documents")

    monkeypatch.setattr(driver, "embedded", failing)
    with pytest.raises(typer.Exit) as caught:
        compare(folder)
    assert (caught.value.exit_code, done[-1]) == (1, "stop")
    assert "one did not index 1 of 1 documents" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tokens", "shown"),
    [
        ((), {}),
        (("a.b.c",), {None: "a.b.c"}),
        (("acme=a.b.c", "bolt=d.e.f=="), {"acme": "a.b.c", "bolt": "d.e.f=="}),
        (("a.b.c==",), {None: "a.b.c=="}),
    ],
)
def test_tokens_are_told_apart_by_their_tenants(tokens: tuple[str, ...], shown: dict[str | None, str]) -> None:
    assert by_tenant(tokens) == shown


def ask_stacks(folder: Path, *tokens: str) -> int:
    return run_deployed(RAG, questions(folder), stacks=["one", "two"], tokens=tokens, as_json=False)


def test_stacks_are_asked_side_by_side(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[Any] = []

    def target(name: str, tokens: Any) -> Target:
        asked.append((name, tokens))
        return Target(name, lambda question, tenant: Reply(200, BODY, 0.2), "FIXED_SIZE", None)

    monkeypatch.setattr(driver, "deployed", target)
    assert ask_stacks(folder, "a.b.c") == 0
    assert asked == [("one", {None: "a.b.c"}), ("two", {None: "a.b.c"})]
    assert "not known" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tokens", "code", "said"), [((), 1, "one: does not exist"), (("acme=a.b.c",), 2, "questions[0].tenant: is missing; allowed: acme")]
)
def test_stacks_that_cannot_be_asked_end_the_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tokens: tuple[str, ...], code: int, said: str
) -> None:
    def failing(*_: Any) -> Target:
        raise TargetError("one: does not exist")

    monkeypatch.setattr(driver, "deployed", failing)
    with pytest.raises(typer.Exit) as caught:
        ask_stacks(folder, *tokens)
    assert caught.value.exit_code == code
    assert said in capsys.readouterr().err
