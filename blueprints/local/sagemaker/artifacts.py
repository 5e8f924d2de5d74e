"""Unpacks model artifacts without trusting them."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO

MAX_BYTES = 2 * 1024**3
"""How large the files of an artifact may be together; what a laptop can hold, not a limit of SageMaker."""
MAX_FILES = 10_000
CHUNK_BYTES = 1024**2


class ArtifactError(ValueError):
    """The archive is broken, too large, or would write elsewhere than into its own folder."""


def unpack(artifact: bytes | Path, into: Path, *, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES) -> int:
    """Unpacks a ``model.tar.gz`` into the folder ``into`` and returns the size of its files in bytes.

    SageMaker unpacks it to ``/opt/ml/model``:
    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html#your-algorithms-inference-code-load-artifacts

    Args:
        artifact: The archive, or where it is.
        into: The folder; it is made if need be.
        max_bytes: How large its files may be together.
        max_files: How many there may be.

    Raises:
        ArtifactError: It is no gzip-compressed tar archive, is too large, or holds a link, a device or a path that leaves the folder.
    """
    into.mkdir(parents=True, exist_ok=True)
    taken = 0
    try:
        with _opened(artifact) as archive:
            for number, member in enumerate(archive, start=1):
                if number > max_files:
                    raise ArtifactError(f"the artifact must hold {max_files} entries at most")
                taken += _extract(archive, member, into, max_bytes - taken, max_bytes)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ArtifactError(f"the artifact must be a gzip-compressed tar archive: {error}") from error
    return taken


def pack(files: Mapping[str, bytes]) -> bytes:
    """Returns a ``model.tar.gz`` of the files, the same bytes for the same files."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(target.getvalue(), mtime=0)


def _opened(artifact: bytes | Path) -> tarfile.TarFile:
    if isinstance(artifact, bytes):
        return tarfile.open(fileobj=io.BytesIO(artifact), mode="r:gz")
    return tarfile.open(artifact, mode="r:gz")


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, into: Path, left: int, max_bytes: int) -> int:
    """Writes one member; returns its size."""
    target = into / _inner_path(member)
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return 0
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        raise ArtifactError(f"the artifact must hold files and folders only, got {member.name!r}, which is a link or a device")
    if member.size > left:
        raise ArtifactError(f"the files of the artifact must take {max_bytes} bytes at most")
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("wb") as file:
        return _copy(content, file)


def _inner_path(member: tarfile.TarInfo) -> PurePosixPath:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name:
        raise ArtifactError(f"paths of the artifact must stay inside it, got {member.name!r}")
    return path


def _copy(content: IO[bytes], file: IO[bytes]) -> int:
    size = 0
    while chunk := content.read(CHUNK_BYTES):
        size += file.write(chunk)
    return size
