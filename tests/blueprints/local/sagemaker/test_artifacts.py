"""Archives are unpacked into their folder, or not at all."""

import io
import tarfile
from pathlib import Path

import pytest

from blueprints.local.sagemaker.artifacts import ArtifactError, pack, unpack


def archive(*members: tarfile.TarInfo) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as made:
        for member in members:
            made.addfile(member, io.BytesIO(b"x" * member.size))
    return target.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.size, made.linkname = kind, size, link
    return made


def test_files_arrive_as_they_were_packed(tmp_path: Path) -> None:
    files = {"model.json": b"{}", "code/inference.py": b"import json\n"}
    assert unpack(pack(files), tmp_path / "new") == sum(map(len, files.values()))
    assert {path.relative_to(tmp_path / "new").as_posix(): path.read_bytes() for path in (tmp_path / "new").rglob("*.*")} == files


def test_an_archive_is_taken_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_bytes(pack({"a": b"1"}))
    assert unpack(tmp_path / "model.tar.gz", tmp_path / "new") == 1


def test_the_same_files_make_the_same_archive() -> None:
    assert pack({"a": b"1", "b": b"2"}) == pack({"b": b"2", "a": b"1"})


def test_folders_are_made(tmp_path: Path) -> None:
    unpack(archive(member("./adapters/", tarfile.DIRTYPE)), tmp_path)
    assert (tmp_path / "adapters").is_dir()


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/out", "a\\..\\out"])
def test_a_path_that_leaves_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="paths of the artifact must stay inside it"):
        unpack(archive(member(name, size=1)), tmp_path / "in")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(kind: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="files and folders only, got 'a'"):
        unpack(archive(member("a", kind, link="/etc/passwd")), tmp_path)


def test_archives_of_too_many_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="must take 10 bytes at most"):
        unpack(archive(member("a", size=6), member("b", size=6)), tmp_path, max_bytes=10)
    assert not (tmp_path / "b").exists()


def test_archives_of_too_many_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="1 entries at most"):
        unpack(archive(member("a"), member("b")), tmp_path, max_files=1)


@pytest.mark.parametrize("content", [b"", b"nonsense", pack({"a": b"1" * 5000})[:40]])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="must be a gzip-compressed tar archive"):
        unpack(content, tmp_path)
