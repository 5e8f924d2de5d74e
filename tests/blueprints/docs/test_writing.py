from pathlib import Path

import pytest

from blueprints import docs
from blueprints.docs import markdown, writing
from blueprints.docs.subject import Subject
from blueprints.docs.template import Template

ROOT = Path(__file__).resolve().parents[3]
FILES = {Path("docs/blueprints/a.md"): "new\n", Path("README.md"): "same\n"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(writing, "rendered", lambda *_, **__: FILES)
    (tmp_path / "README.md").write_text("same\n", encoding="utf-8")
    return tmp_path


def test_only_what_changed_is_written(folder: Path) -> None:
    assert docs.stale(folder) == [Path("docs/blueprints/a.md")]
    assert docs.write(folder) == [Path("docs/blueprints/a.md")]
    assert (folder / "docs/blueprints/a.md").read_text(encoding="utf-8") == "new\n"
    assert docs.stale(folder) == []


def test_readme_and_index_get_their_regions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: Template) -> None:
    subject = Subject(*(None,) * 3, template, ())  # type: ignore[arg-type]
    monkeypatch.setattr(writing, "read", lambda *_: subject)
    markers = "".join(f"<!-- {name}: start -->\n<!-- {name}: end -->\n" for name in ("catalogue", "diagram"))
    for file in (writing.README, writing.INDEX):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(markers, encoding="utf-8")
    readme = writing.readme(tmp_path)
    assert "](docs/blueprints/foundation.md)" in markdown.region(readme, "catalogue")
    assert "](blueprints/foundation.md)" in markdown.region(writing._index(tmp_path), "catalogue")
    assert markdown.region(readme, "diagram").startswith("```mermaid\nflowchart")


def test_a_page_is_made_of_its_subject_and_the_table_of_its_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "read", lambda _, name: f"subject {name}")
    monkeypatch.setattr(writing, "_updates", lambda _, name, subject: f"updates of {name}, {subject}")
    monkeypatch.setattr(writing, "page", lambda subject, updates: f"{subject}: {updates}")
    assert writing.rendered_page(ROOT, "a") == "subject a: updates of a, subject a"


@pytest.mark.long
def test_no_generated_page_is_stale_nor_its_table_of_updates() -> None:
    assert docs.stale(ROOT) == [], "run `make docs`"
