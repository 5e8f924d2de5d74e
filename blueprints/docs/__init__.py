"""Documentation generated from the catalogue, the settings models and the synthesised templates."""

from pathlib import Path

__all__ = ["stale", "write"]


def write(root: Path) -> list[Path]:
    """Writes every generated page and region that is not up to date, and returns their paths below ``root``."""
    from blueprints.docs import writing

    return writing.write(root)


def stale(root: Path, *, full: bool = True) -> list[Path]:
    """Returns the paths below ``root`` of the generated files that ``write`` would change.

    Args:
        root: The project's folder.
        full: Whether to find out anew what each setting changes, which takes some seconds a blueprint.
    """
    from blueprints.docs import writing

    return writing.stale(root, full=full)
