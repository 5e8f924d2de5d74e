"""Writes the generated pages, and tells which are stale."""

from collections.abc import Mapping
from pathlib import Path

from blueprints.docs import catalogue, markdown
from blueprints.docs.pages import UPDATES, diagrams, page
from blueprints.docs.subject import Subject, read, sample
from blueprints.docs.variations import Start, table, variations
from stacks.catalogue import CATALOGUE

PAGES = Path("docs/blueprints")
INDEX = Path("docs/index.md")
README = Path("README.md")
SHOWN = "document-analysis"


def write(root: Path) -> list[Path]:
    """Writes every generated page and region that is not up to date, and returns their paths."""
    changed = []
    for path, text in _outdated(root, full=True).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        changed.append(path)
    return changed


def stale(root: Path, *, full: bool = True) -> list[Path]:
    """Returns the generated files that ``write`` would change; unless ``full``, the tables of updates are taken for granted."""
    return list(_outdated(root, full=full))


def _outdated(root: Path, *, full: bool) -> dict[Path, str]:
    return {path: text for path, text in rendered(root, full=full).items() if _current(root / path) != text}


def _current(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def rendered(root: Path, *, full: bool) -> Mapping[Path, str]:
    """Returns every generated file with the text that it should have."""
    subjects = {name: read(root, name) for name in CATALOGUE}
    files = {_page(name): page(subject, _updates(root, name, subject, full=full)) for name, subject in subjects.items()}
    return files | {INDEX: _index(root), README: _readme(root, subjects[SHOWN])}


def _page(name: str) -> Path:
    return PAGES / f"{name}.md"


def _updates(root: Path, name: str, subject: Subject, *, full: bool) -> str:
    current = _current(root / _page(name))
    if not full and current:
        return markdown.region(current, UPDATES)
    samples = {kind: template for kind, template in subject.templates.items() if kind != "minimal"}
    starts = [Start("", {}, subject.minimal), *(Start(kind, sample(root, name, kind), template) for kind, template in samples.items())]
    return table(variations(root, name, starts))


def _index(root: Path) -> str:
    return markdown.replace_region((root / INDEX).read_text(encoding="utf-8"), "catalogue", catalogue.table("blueprints"))


def _readme(root: Path, subject: Subject) -> str:
    text = markdown.replace_region((root / README).read_text(encoding="utf-8"), "catalogue", catalogue.table("docs/blueprints"))
    return markdown.replace_region(text, "diagram", diagrams(subject.comprehensive)[0].split("\n", 2)[2])
