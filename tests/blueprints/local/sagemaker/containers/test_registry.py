"""Models come, go, and are refused when there is no room."""

from http import HTTPStatus
from pathlib import Path

import pytest

from blueprints.local.sagemaker.containers import frameworks
from blueprints.local.sagemaker.containers.protocol import Rejected, Settings
from blueprints.local.sagemaker.containers.registry import Registry


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frameworks, "load", lambda framework, folder, settings: folder.name)


def folder(tmp_path: Path, name: str, size: int = 10) -> Path:
    made = tmp_path / name
    made.mkdir()
    (made / "model").write_bytes(b"x" * size)
    return made


def test_a_model_takes_what_its_files_take(tmp_path: Path) -> None:
    registry = Registry("xgboost", Settings())
    loaded = registry.load("a", folder(tmp_path, "a", size=123))
    assert (loaded.memory_bytes, loaded.model, loaded.url) == (123, "a", str(tmp_path / "a"))
    assert loaded.load_seconds >= 0
    assert registry.get("a") is loaded


def test_a_second_model_of_a_name_is_refused(tmp_path: Path) -> None:
    registry = Registry("xgboost", Settings())
    registry.load("a", folder(tmp_path, "a"))
    with pytest.raises(Rejected, match="already loaded") as caught:
        registry.load("a", tmp_path / "a")
    assert caught.value.status == HTTPStatus.CONFLICT


def test_a_model_without_room_is_refused_until_another_has_gone(tmp_path: Path) -> None:
    registry = Registry("xgboost", Settings(), memory_bytes=25)
    for name in "ab":
        registry.load(name, folder(tmp_path, name))
    with pytest.raises(Rejected, match="takes 10 bytes, 5 of 25 are left") as caught:
        registry.load("c", folder(tmp_path, "c"))
    assert caught.value.status == HTTPStatus.INSUFFICIENT_STORAGE
    registry.unload("a")
    assert registry.load("c", tmp_path / "c").name == "c"


@pytest.mark.parametrize("error", [ValueError("broken"), MemoryError()])
def test_a_model_that_can_not_be_loaded_leaves_its_room_and_its_name(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry("xgboost", Settings(), memory_bytes=10)
    made = folder(tmp_path, "a")
    with monkeypatch.context() as patched:
        patched.setattr(frameworks, "load", lambda *_: (_ for _ in ()).throw(error))
        with pytest.raises(Rejected if isinstance(error, MemoryError) else ValueError):
            registry.load("a", made)
    assert registry.load("a", made).name == "a"


@pytest.mark.parametrize("act", ["get", "unload"])
def test_what_is_not_loaded_is_not_found(act: str) -> None:
    with pytest.raises(Rejected, match="model a is not loaded") as caught:
        getattr(Registry("xgboost", Settings()), act)("a")
    assert caught.value.status == HTTPStatus.NOT_FOUND


def test_models_are_listed_page_by_page(tmp_path: Path) -> None:
    registry = Registry("xgboost", Settings())
    for name in "cab":
        registry.load(name, folder(tmp_path, name))
    first, token = registry.page(None, 2)
    rest, end = registry.page(token, 2)
    assert ([each.name for each in first], [each.name for each in rest], end) == (["a", "b"], ["c"], None)
