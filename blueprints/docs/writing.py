"""Writes the generated pages, and tells which are stale."""

from collections.abc import Mapping
from pathlib import Path

from blueprints.docs import catalogue, markdown
from blueprints.docs.pages import diagrams, page
from blueprints.docs.subject import Subject, read
from stacks.catalogue import CATALOGUE

PAGES = Path("docs/blueprints")
INDEX = Path("docs/index.md")
README = Path("README.md")
SHOWN = "document-analysis"


def write(root: Path) -> list[Path]:
    """Writes every generated page and region that is not up to date, and returns their paths."""
    changed = []
    for path, text in _outdated(root).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        changed.append(path)
    return changed


def stale(root: Path) -> list[Path]:
    """Returns the generated files that ``write`` would change."""
    return list(_outdated(root))


def _outdated(root: Path) -> dict[Path, str]:
    return {path: text for path, text in rendered(root).items() if _current(root / path) != text}


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def rendered(root: Path) -> Mapping[Path, str]:
    """Returns every generated file with the text that it should have."""
    subjects = {name: read(root, name) for name in CATALOGUE}
    files = {PAGES / f"{name}.md": page(subject) for name, subject in subjects.items()}
    return files | {INDEX: _index(root), README: _readme(root, subjects[SHOWN])}


def _index(root: Path) -> str:
    return markdown.replace_region((root / INDEX).read_text(encoding="utf-8"), "catalogue", catalogue.table("blueprints"))


def _readme(root: Path, subject: Subject) -> str:
    text = markdown.replace_region((root / README).read_text(encoding="utf-8"), "catalogue", catalogue.table("docs/blueprints"))
    return markdown.replace_region(text, "diagram", diagrams(subject.comprehensive)[0].split("\n", 2)[2])
