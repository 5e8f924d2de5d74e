import tarfile
from pathlib import Path

import aws_cdk as cdk
import pytest

from stacks.parts.sample_models import ROOT, pack, sample_artifact


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one model, and a note about it."""
    for name, content in (("churn/model.bin", "weights"), ("churn/code/inference.py", "pass"), ("churn/README.md", "AUC 0.9")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (tmp_path / "README.md").touch()
    return tmp_path


def test_the_files_of_a_model_lie_at_the_top_of_its_archive_and_notes_do_not(root: Path) -> None:
    path, _ = pack(root / "churn")
    with tarfile.open(path) as tar:
        assert tar.getnames() == ["code/inference.py", "model.bin"]
        member = tar.extractfile("model.bin")
        assert member is not None
        assert member.read() == b"weights"


def test_the_same_files_make_the_same_archive_whenever_they_were_written(root: Path, tmp_path: Path) -> None:
    path, digest = pack(root / "churn")
    first = path.read_bytes()
    (root / "churn" / "model.bin").write_text("weights", encoding="utf-8")
    (root / "churn" / "model.bin").chmod(0o600)
    path, again = pack(root / "churn")
    assert (path.read_bytes(), again) == (first, digest)


def test_a_note_makes_no_other_asset(root: Path) -> None:
    _, digest = pack(root / "churn")
    (root / "churn" / "README.md").write_text("AUC 0.8", encoding="utf-8")
    assert pack(root / "churn")[1] == digest


def test_the_archive_travels_with_the_stack_under_a_name_that_follows_what_is_in_it(root: Path) -> None:
    def key() -> str:
        return sample_artifact(cdk.Stack(cdk.App(), "Stack"), "Model", "churn", root=root).asset.s3_object_key

    first, again = key(), key()
    (root / "churn" / "model.bin").write_text("better weights", encoding="utf-8")
    assert first == again != key()


def test_a_model_that_does_not_exist_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="sample model must be one of churn, got 'fraud'"):
        sample_artifact(cdk.Stack(cdk.App(), "Stack"), "Model", "fraud", root=root)


def test_the_samples_of_the_collection_can_be_packed() -> None:
    path, _ = pack(ROOT / "churn")
    with tarfile.open(path) as tar:
        assert tar.getnames() == ["xgboost-model"]
