from pathlib import Path

from benchmarks import imports


def test_every_handler_is_measured() -> None:
    handlers = {path.parent.name for path in imports.HANDLERS.rglob("handler.py")}
    assert imports.modules() == sorted(f"{name}.handler" for name in handlers)
    assert {"start_analysis", "answer_question", "stream_answer", "request_sync", "report_ingestion", "close_sync"} <= handlers


def test_packages_without_a_handler_are_left_out(tmp_path: Path) -> None:
    for name in ("b_function/handler.py", "a_function/handler.py", "shared/logic.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert imports.modules(tmp_path) == ["a_function.handler", "b_function.handler"]
