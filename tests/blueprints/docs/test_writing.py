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
    monkeypatch.setattr(writing, "page", lambda _, updates: f"page with {updates}\n")
    monkeypatch.setattr(writing, "_updates", lambda *_, full: f"full={full}")
    markers = "".join(f"<!-- {name}: start -->\n<!-- {name}: end -->\n" for name in ("catalogue", "diagram"))
    for file in (writing.README, writing.INDEX):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(markers, encoding="utf-8")
    files = writing.rendered(tmp_path, full=True)
    assert files[Path("docs/blueprints/foundation.md")] == "page with full=True\n"
    assert "](docs/blueprints/foundation.md)" in markdown.region(files[writing.README], "catalogue")
    assert "](blueprints/foundation.md)" in markdown.region(files[writing.INDEX], "catalogue")
    assert markdown.region(files[writing.README], "diagram").startswith("```mermaid\nflowchart")


def test_the_quick_check_takes_the_table_of_updates_from_the_page(tmp_path: Path) -> None:
    page = tmp_path / writing.PAGES / "foundation.md"
    page.parent.mkdir(parents=True)
    page.write_text("<!-- updates: start -->\nas it was\n<!-- updates: end -->\n", encoding="utf-8")
    assert writing._updates(tmp_path, "foundation", None, full=False) == "as it was\n"  # type: ignore[arg-type]


@pytest.mark.long
def test_no_generated_page_is_stale_nor_its_table_of_updates() -> None:
    assert docs.stale(ROOT) == [], "run `make docs`"
