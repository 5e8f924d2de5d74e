import os
from pathlib import Path

import pytest

from blueprints.trying import folders
from blueprints.trying.files import Upload
from blueprints.trying.folders import Document, document_problems, documents_in, keyed, prefix_of, tenants_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "handbook"
    for name in ("leave.md", "travel/hotels.pdf", ".hidden.md", ".git/config", "travel/.DS_Store"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_a_folder_is_walked_without_hidden_files(folder: Path) -> None:
    assert [document.name for document in documents_in([folder])] == ["leave.md", "travel/hotels.pdf"]


def test_a_file_is_named_without_its_folder(folder: Path) -> None:
    assert documents_in([folder / "travel/hotels.pdf"]) == [Document(folder / "travel/hotels.pdf", "hotels.pdf")]


def test_a_hidden_file_that_is_named_is_taken(folder: Path) -> None:
    assert [document.name for document in documents_in([folder / ".hidden.md"])] == [".hidden.md"]


def test_documents_of_the_same_name_are_told_apart(folder: Path) -> None:
    assert [document.name for document in documents_in([folder, folder / "leave.md"])] == ["1/leave.md", "travel/hotels.pdf", "3/leave.md"]


def test_documents_belong_to_one_tenant_unless_their_names_tell() -> None:
    documents = [Document(Path("a"), "leave.md"), Document(Path("b"), "tenants/acme/b.md")]
    assert (tenants_of(documents), prefix_of(documents)) == (("trial",), "tenants/trial/")
    assert keyed(documents)[0] == Upload(Path("a"), "tenants/trial/leave.md")


def test_documents_of_tenants_keep_their_names() -> None:
    documents = [Document(Path("a"), "tenants/bolt/a.md"), Document(Path("b"), "tenants/acme/x/b.md")]
    assert (tenants_of(documents), prefix_of(documents)) == (("acme", "bolt"), "")
    assert [upload.key for upload in keyed(documents)] == ["tenants/bolt/a.md", "tenants/acme/x/b.md"]


def test_a_folder_with_documents_can_be_sent(folder: Path) -> None:
    assert document_problems([folder]) == []


def test_everything_wrong_is_told_at_once(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(folder / "pipe")
    assert document_problems([tmp_path / "empty", tmp_path / "gone.md", folder]) == [
        f"{tmp_path}/empty: holds no files",
        f"{tmp_path}/gone.md: there is no such file",
        f"{folder}/pipe: is not a file",
    ]


def test_a_document_above_the_limit_of_bedrock_is_left_to_the_blueprint_to_refuse(folder: Path) -> None:
    os.truncate(folder / "leave.md", 51 * 1024 * 1024)
    assert document_problems([folder]) == []


def test_a_sidecar_is_refused(folder: Path) -> None:
    (folder / "leave.md.metadata.json").touch()
    assert document_problems([folder]) == [
        f"{folder}/leave.md.metadata.json: is a metadata sidecar; the blueprint writes those itself, for each tenant"
    ]


def test_a_key_that_s3_does_not_take_is_refused(folder: Path) -> None:
    deep = folder.joinpath(*["f" * 200] * 5, "a" * 30)
    deep.parent.mkdir(parents=True)
    deep.touch()
    assert document_problems([folder]) == [f"{deep}: the key of its object would have 1,049 bytes; S3 takes up to 1,024"]


def test_more_than_the_machine_takes_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_DOCUMENTS", 1)
    monkeypatch.setattr(folders, "MAX_BYTES", 1)
    assert document_problems([folder]) == [
        "2 documents; the AWS inside this machine takes up to 1",
        "2 bytes in all documents; the AWS inside this machine takes up to 1",
    ]
