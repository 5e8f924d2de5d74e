import os
from pathlib import Path

import pytest

from blueprints.trying import files
from blueprints.trying.files import MAX_BYTES, file_problems, uploads


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a scan ü+.pdf"
    path.write_bytes(b"%PDF")
    return path


def test_a_file_of_any_usual_name_can_be_sent(file: Path) -> None:
    assert file_problems([file]) == []


def test_an_empty_file_is_left_to_the_blueprint_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    assert file_problems([tmp_path / "empty.pdf"]) == []


def test_a_file_above_the_blueprints_limit_is_left_to_the_blueprint_to_refuse(file: Path) -> None:
    os.truncate(file, 501_000_000)
    assert file_problems([file]) == []


def test_everything_wrong_is_told_at_once(tmp_path: Path, file: Path) -> None:
    assert file_problems([tmp_path / "gone.pdf", file, tmp_path]) == [
        f"{tmp_path}/gone.pdf: there is no such file",
        f"{tmp_path}: is a directory; name the files in it",
    ]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert file_problems([tmp_path / "pipe"]) == [f"{tmp_path}/pipe: is not a file"]


def test_a_file_that_may_not_be_read_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "access", lambda *_: False)
    assert file_problems([file]) == [f"{file}: can't be read; its permissions forbid it"]


def test_a_file_that_the_machine_could_not_hold_is_refused(file: Path) -> None:
    os.truncate(file, MAX_BYTES + 1)
    assert file_problems([file]) == [f"{file}: has 1,000,000,001 bytes; the AWS inside this machine takes up to 1,000,000,000"]


@pytest.mark.parametrize("name", [b"\xff.pdf", b"line\nend.pdf"])
def test_a_name_that_can_be_no_key_is_refused(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.touch()
    assert file_problems([path]) == [f"{path}: its name can't be the key of an object; it must be printable Unicode"]


def test_a_key_is_the_name_of_its_file_and_numbered_where_names_are_equal() -> None:
    found = [upload.key for upload in uploads([Path("a/x.pdf"), Path("a/y z.pdf"), Path("b/x.pdf")])]
    assert found == ["1/x.pdf", "y z.pdf", "3/x.pdf"]
