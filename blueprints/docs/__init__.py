"""Documentation generated from the catalogue, the settings models and the synthesised templates."""

from collections.abc import Sequence
from pathlib import Path

__all__ = ["stale", "write"]


def write(root: Path, names: Sequence[str] = ()) -> list[Path]:
    """Writes every generated page and region that is not up to date, and returns their paths below ``root``.

    Args:
        root: The project's folder.
        names: Blueprints whose pages are written; everything when left out.
    """
    from blueprints.docs import writing

    return writing.write(root, names)


def stale(root: Path, names: Sequence[str] = ()) -> list[Path]:
    """Returns the paths below ``root`` of the generated files that ``write`` would change."""
    from blueprints.docs import writing

    return writing.stale(root, names)
