"""Writes the generated pages, and tells which are stale."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from blueprints.docs import catalogue, markdown
from blueprints.docs.pages import diagrams, page
from blueprints.docs.subject import Subject, read, sample
from blueprints.docs.variations import Start, table, variations
from stacks.catalogue import CATALOGUE

PAGES = Path("docs/blueprints")
INDEX = Path("docs/index.md")
README = Path("README.md")
SHOWN = "document-analysis"


def write(root: Path, names: Sequence[str] = ()) -> list[Path]:
    """Writes every generated page and region that is not up to date, or the pages of ``names`` only, and returns their paths."""
    changed = []
    for path, text in _outdated(root, names).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        changed.append(path)
    return changed


def stale(root: Path, names: Sequence[str] = ()) -> list[Path]:
    """Returns the generated files that ``write`` would change."""
    return list(_outdated(root, names))


def _outdated(root: Path, names: Sequence[str]) -> dict[Path, str]:
    return {path: text for path, text in rendered(root, names).items() if _current(root / path) != text}


def _current(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def rendered(root: Path, names: Sequence[str] = ()) -> Mapping[Path, str]:
    """Returns every generated file, or the pages of ``names`` only, with the text that it should have.

    Each page takes a hundred syntheses, so that they are made beside each other, in a process for each processor.
    """
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        shown = None if names else processes.submit(readme, root)
        chosen = tuple(names or CATALOGUE)
        files = {PAGES / f"{name}.md": text for name, text in zip(chosen, processes.map(partial(rendered_page, root), chosen), strict=True)}
        return files if shown is None else files | {INDEX: _index(root), README: shown.result()}


def rendered_page(root: Path, name: str) -> str:
    """Returns the text of a blueprint's page."""
    subject = read(root, name)
    return page(subject, _updates(root, name, subject))


def _updates(root: Path, name: str, subject: Subject) -> str:
    samples = {kind: template for kind, template in subject.templates.items() if kind != "minimal"}
    starts = [Start("", {}, subject.minimal), *(Start(kind, sample(root, name, kind), template) for kind, template in samples.items())]
    return table(variations(root, name, starts))


def _index(root: Path) -> str:
    return markdown.replace_region((root / INDEX).read_text(encoding="utf-8"), "catalogue", catalogue.table("blueprints"))


def readme(root: Path) -> str:
    """Returns the text of the README with its generated regions."""
    text = markdown.replace_region((root / README).read_text(encoding="utf-8"), "catalogue", catalogue.table("docs/blueprints"))
    shown = diagrams(read(root, SHOWN).comprehensive)[0]
    return markdown.replace_region(text, "diagram", shown.split("\n", 2)[2])
