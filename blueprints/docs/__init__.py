"""Documentation generated from the catalogue, the settings models and the synthesised templates."""

from pathlib import Path

__all__ = ["stale", "write"]


def write(root: Path) -> list[Path]:
    """Writes every generated page and region that is not up to date, and returns their paths below ``root``."""
    from blueprints.docs import writing

    return writing.write(root)


def stale(root: Path) -> list[Path]:
    """Returns the paths below ``root`` of the generated files that ``write`` would change."""
    from blueprints.docs import writing

    return writing.stale(root)
