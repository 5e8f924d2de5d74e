"""The files that a function finds: its code, its layers, and what AWS's Python runtime brings."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import stat
import threading
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

RUNTIME_PACKAGES = ("awslambdaric", "boto3")
"""What AWS's Python runtimes carry; whatever else a function imports has to come with it."""
POWERTOOLS_PACKAGES = ("aws-lambda-powertools", "aws-xray-sdk")
"""What AWS's public layer of Powertools for Lambda carries."""


class RuntimeFiles:
    """Unpacks code and layers, each content once.

    Args:
        root: The directory to keep them in.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._homes = itertools.count()
        self._lock = threading.Lock()
        self.runtime = self._root / "runtime"
        self.runtime.mkdir(parents=True)
        for path in top_level_paths(RUNTIME_PACKAGES):
            (self.runtime / path.name).symlink_to(path)

    def unpacked(self, archive: bytes) -> Path:
        """Returns the directory that holds the contents of the ZIP file ``archive``."""
        directory = self._root / hashlib.sha256(archive).hexdigest()[:32]
        with self._lock:
            if not directory.exists():
                unpack(archive, directory)
        return directory

    def layers(self, archives: tuple[bytes, ...]) -> list[Path]:
        """Returns the directories of ``archives`` that Python imports from, the uppermost layer first."""
        directories = [self.unpacked(archive) / "python" for archive in reversed(archives)]
        versioned = [path for directory in directories for path in directory.glob("lib/python3*/site-packages")]
        return [*versioned, *directories]

    def new_home(self) -> Path:
        """Returns an empty directory for one execution environment."""
        home = self._root / f"environment-{next(self._homes)}"
        home.mkdir()
        return home


def powertools_layer() -> bytes:
    """Returns the public layer of Powertools for Lambda: links to the installed packages, which are compiled already."""
    carried = set(top_level_paths(RUNTIME_PACKAGES))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as layer:
        for path in top_level_paths(POWERTOOLS_PACKAGES):
            if path not in carried:
                link = zipfile.ZipInfo(f"python/{path.name}")
                link.external_attr = (stat.S_IFLNK | 0o777) << 16
                layer.writestr(link, str(path))
    return archive.getvalue()


def unpack(archive: bytes, directory: Path) -> None:
    """Unpacks a ZIP file as Lambda does, with its symbolic links and with the right to execute scripts."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        for member in packed.infolist():
            if stat.S_ISLNK(member.external_attr >> 16):
                path = directory / member.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(packed.read(member).decode())
            else:
                path = Path(packed.extract(member, directory))
                executable = member.external_attr >> 16 & 0o111
                path.chmod(path.stat().st_mode | executable)


def top_level_paths(packages: tuple[str, ...]) -> list[Path]:
    """Returns the modules, packages and metadata of ``packages`` and of everything that they need."""
    paths: set[Path] = set()
    for found in _with_requirements(packages):
        tops = {re.split("[/,]", line)[0] for line in (found.read_text("RECORD") or "").splitlines()} - {"..", "__pycache__"}
        paths.update(Path(str(found.locate_file(top))) for top in tops)
    return sorted(paths)


def _with_requirements(packages: tuple[str, ...]) -> list[Distribution]:
    found: dict[str, Distribution] = {}
    waiting = list(packages)
    while waiting:
        name = waiting.pop().lower()
        if name not in found and (package := _installed(name)):
            found[name] = package
            waiting += [_name(requirement) for requirement in package.requires or () if "extra ==" not in requirement]
    return list(found.values())


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:  # needed on other machines only
        return None


def _name(requirement: str) -> str:
    match = re.match(r"[\w.-]+", requirement)
    if match is None:
        raise ValueError(f"requirement must start with a name, got {requirement!r}")
    return match.group()
