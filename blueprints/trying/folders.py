"""Documents of the user, in folders and out of them."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from blueprints.trying.files import MAX_BYTES, Upload, file_problems

TENANTS = "tenants"
TENANT = "trial"
"""Whose documents they are where their folder doesn't tell."""
MAX_DOCUMENTS = 2000
"""The embedded AWS embeds every chunk on this machine's processor."""
MAX_KEY_BYTES = 1024
SIDECAR = ".metadata.json"


@dataclass(frozen=True)
class Document:
    """A file and its name below the folder that was given, with slashes."""

    path: Path
    name: str


def documents_in(paths: Sequence[Path]) -> list[Document]:
    """Returns the documents that ``paths`` name or hold; hidden files are passed over."""
    found = [document for path in paths for document in (_inside(path) if path.is_dir() else [Document(path, path.name)])]
    names = Counter(document.name for document in found)
    return [
        Document(document.path, f"{number}/{document.name}") if names[document.name] > 1 else document
        for number, document in enumerate(found, 1)
    ]


def _inside(folder: Path) -> Iterator[Document]:
    for directory, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in files if not name.startswith(".")):
            path = Path(directory, name)
            yield Document(path, path.relative_to(folder).as_posix())


def tenants_of(documents: Sequence[Document]) -> tuple[str, ...]:
    """Returns whose documents they are: ``tenants/<tenant>/…`` tells it where all are named so, else they are one tenant's."""
    owners = {_owner(document.name) for document in documents}
    return (TENANT,) if None in owners or not owners else tuple(sorted(str(owner) for owner in owners))


def _owner(name: str) -> str | None:
    parts = PurePosixPath(name).parts
    return parts[1] if len(parts) > 2 and parts[0] == TENANTS else None


def prefix_of(documents: Sequence[Document]) -> str:
    """Returns what comes before the names of the documents in their keys."""
    return "" if documents and all(_owner(document.name) for document in documents) else f"{TENANTS}/{TENANT}/"


def keyed(documents: Sequence[Document]) -> list[Upload]:
    """Gives each document its key."""
    prefix = prefix_of(documents)
    return [Upload(document.path, f"{prefix}{document.name}") for document in documents]


def document_problems(paths: Sequence[Path]) -> list[str]:
    """Returns one line for each thing that keeps ``paths`` from being sent."""
    files, folders = [path for path in paths if not path.is_dir()], [path for path in paths if path.is_dir()]
    documents = documents_in(folders)
    problems = [f"{folder}: holds no files" for folder in folders if not any(_inside(folder))]
    problems += file_problems([*files, *(document.path for document in documents)])
    if problems:
        return problems
    return [*_key_problems(documents_in(paths)), *_amounts(documents_in(paths))]


def _key_problems(documents: Sequence[Document]) -> Iterator[str]:
    for document, upload in zip(documents, keyed(documents), strict=True):
        if upload.key.endswith(SIDECAR):
            yield f"{document.path}: is a metadata sidecar; the blueprint writes those itself, for each tenant"
        if (size := len(upload.key.encode())) > MAX_KEY_BYTES:
            yield f"{document.path}: the key of its object would have {size:,} bytes; S3 takes up to {MAX_KEY_BYTES:,}"


def _amounts(documents: Sequence[Document]) -> Iterator[str]:
    if len(documents) > MAX_DOCUMENTS:
        yield f"{len(documents):,} documents; the AWS inside this machine takes up to {MAX_DOCUMENTS:,}"
    if (size := sum(document.path.stat().st_size for document in documents)) > MAX_BYTES:
        yield f"{size:,} bytes in all documents; the AWS inside this machine takes up to {MAX_BYTES:,}"
