from pathlib import Path

from benchmarks import imports


def test_every_handler_is_measured() -> None:
    assert "start_analysis.handler" in imports.modules()


def test_packages_without_a_handler_are_left_out(tmp_path: Path) -> None:
    for name in ("b_function/handler.py", "a_function/handler.py", "shared/logic.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert imports.modules(tmp_path) == ["a_function.handler", "b_function.handler"]
