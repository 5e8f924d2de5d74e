"""The user's files, looked at before anything is started."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 1_000_000_000
"""The embedded AWS holds objects in memory. What is below but too large for the blueprint, the deployed blueprint refuses itself."""


@dataclass(frozen=True)
class Upload:
    """A file and the key of the object that it becomes."""

    path: Path
    key: str


def file_problems(files: Sequence[Path]) -> list[str]:
    """Returns one line for each file that can't be sent."""
    return [f"{file}: {problem}" for file in files if (problem := _problem(file))]


def _problem(file: Path) -> str | None:
    if not file.exists():
        return "there is no such file"
    if not file.is_file():
        return "is a directory; name the files in it" if file.is_dir() else "is not a file"
    if not os.access(file, os.R_OK):
        return "can't be read; its permissions forbid it"
    if not file.name.isprintable() or not _is_unicode(file.name):
        return "its name can't be the key of an object; it must be printable Unicode"
    if file.stat().st_size > MAX_BYTES:
        return f"has {file.stat().st_size:,} bytes; the AWS inside this machine takes up to {MAX_BYTES:,}"
    return None


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def uploads(files: Sequence[Path]) -> list[Upload]:
    """Gives each file a key: its name, and a number before it where several are called the same."""
    names = Counter(file.name for file in files)
    return [Upload(file, f"{number}/{file.name}" if names[file.name] > 1 else file.name) for number, file in enumerate(files, 1)]
