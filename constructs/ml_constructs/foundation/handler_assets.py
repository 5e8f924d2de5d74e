"""Packages handler code for Lambda: only the named packages, copied without build tools."""

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path

import ml_constructs

COMPILED = (".so", ".pyd", ".dylib", ".dll")
PROGRAM = b"#!"
SCRIPT = b"#!"
EXECUTABLE = 0o755


def default_sources() -> Path:
    """The folder of the handler packages that come with this library, installed or in a checkout."""
    package = Path(ml_constructs.__file__).parent
    installed = package / "handlers"
    return installed if installed.is_dir() else package.parents[1] / "lambda"


@cache
def stage(sources: Path, packages: tuple[str, ...], libraries: tuple[str, ...] = ()) -> tuple[Path, str]:
    """Copies packages and libraries into a fresh folder, once per process; scripts can be executed there.

    Args:
        sources: Folder that holds one folder per package.
        packages: Names of packages in ``sources``.
        libraries: Names of installed distributions in pure Python; what they import in turn has to be named as well.

    Returns:
        The folder, and the SHA-256 of its names and contents.

    Raises:
        ValueError: A package that doesn't exist, or a distribution that can't be copied.
    """
    files = {**_package_files(sources, packages), **{name: path for library in libraries for name, path in _library_files(library)}}
    digest = hashlib.sha256()
    folder = Path(tempfile.mkdtemp(dir=_workspace()))
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if content.startswith(PROGRAM):  # whatever mode the checkout or the installed wheel gave it
            target.chmod(0o755)
        if content.startswith(SCRIPT):
            target.chmod(EXECUTABLE)
    return folder, digest.hexdigest()


@lru_cache(maxsize=1)
def _workspace() -> str:
    folder = tempfile.mkdtemp(prefix="ml-constructs-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _package_files(sources: Path, packages: Sequence[str]) -> dict[str, Path]:
    known = sorted(path.parent.name for path in sources.glob("*/__init__.py"))
    if unknown := [package for package in packages if package not in known]:
        raise ValueError(f"package must be one of {', '.join(known) or 'none'} in {sources.name}/, got {', '.join(unknown)}")
    paths = (path for package in packages for path in (sources / package).rglob("*"))
    return {path.relative_to(sources).as_posix(): path for path in paths if path.is_file() and "__pycache__" not in path.parts}


def _library_files(library: str) -> Iterator[tuple[str, Path]]:
    try:
        recorded = metadata.files(library) or []
    except metadata.PackageNotFoundError:
        raise ValueError(f"library must be an installed distribution, got {library}") from None
    if compiled := [str(path) for path in recorded if path.suffix in COMPILED]:
        raise ValueError(f"library must be pure Python, got {library} with {compiled[0]}")
    files = [path for path in recorded if _is_code(path)]
    if not any(path.suffix == ".py" for path in files):
        raise ValueError(f"library must be installed as files, got {library}, which is an editable or empty installation")
    yield from ((path.as_posix(), Path(str(path.locate()))) for path in files)


def _is_code(path: metadata.PackagePath) -> bool:
    inside = ".." not in path.parts and "__pycache__" not in path.parts
    described = path.parts[0].endswith(".dist-info")
    return inside and (not described or path.name == "METADATA" or "licen" in path.as_posix().lower())
