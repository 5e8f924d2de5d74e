import os
import subprocess
import sys
from pathlib import Path

import pytest

from ml_constructs.foundation import handler_assets
from ml_constructs.foundation.handler_assets import default_sources, stage


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def install(site: Path, name: str, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Lays out a distribution as an installer does."""
    described = {f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"}
    record = f"{name}-1.0.dist-info/RECORD"
    for path, text in {**files, **described}.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    (site / record).write_text("".join(f"{path},,\n" for path in [*files, *described, record]), encoding="utf-8")
    monkeypatch.syspath_prepend(site)


def test_only_the_named_packages_are_staged(handlers: Path) -> None:
    folder, _ = stage(handlers, ("echo_event", "texts"))
    assert names(folder) == ["echo_event/__init__.py", "echo_event/handler.py", "texts/__init__.py"]
    assert (folder / "echo_event/handler.py").read_bytes() == (handlers / "echo_event/handler.py").read_bytes()


def test_compiled_files_are_left_out(handlers: Path) -> None:
    cache = handlers / "echo_event" / "__pycache__"
    cache.mkdir()
    (cache / "handler.cpython-314.pyc").write_bytes(b"compiled")
    folder, _ = stage(handlers, ("echo_event",))
    assert names(folder) == ["echo_event/__init__.py", "echo_event/handler.py"]


def test_scripts_can_be_executed_whatever_the_sources_were_unpacked_with(handlers: Path) -> None:
    (handlers / "echo_event" / "wrapper").write_text('#!/bin/sh\nexec "$@"\n', encoding="utf-8")
    (handlers / "echo_event" / "wrapper").chmod(0o644)
    folder, _ = stage(handlers, ("echo_event",))
    executable = {name: os.access(folder / "echo_event" / name, os.X_OK) for name in ("wrapper", "handler.py")}
    assert executable == {"wrapper": True, "handler.py": False}


def test_programs_become_executable_and_nothing_else_whatever_the_checkout_says(handlers: Path) -> None:
    (handlers / "texts" / "wrapper").write_text("#!/bin/sh\n", encoding="utf-8")
    (handlers / "texts" / "__init__.py").chmod(0o755)
    folder, digest = stage(handlers, ("texts",))
    assert os.access(folder / "texts" / "wrapper", os.X_OK)
    assert not (folder / "texts" / "__init__.py").stat().st_mode & 0o111
    (handlers / "texts" / "wrapper").chmod(0o755)
    stage.cache_clear()
    assert stage(handlers, ("texts",))[1] == digest


def test_a_process_stages_the_same_packages_once(handlers: Path) -> None:
    assert stage(handlers, ("echo_event",))[0] == stage(handlers, ("echo_event",))[0]


def test_a_change_to_one_function_changes_its_hash_only(handlers: Path) -> None:
    before = {package: stage(handlers, (package,))[1] for package in ("echo_event", "count_words")}
    stage.cache_clear()
    (handlers / "echo_event" / "handler.py").write_text("def handler(event, context): ...\n", encoding="utf-8")
    after = {package: stage(handlers, (package,))[1] for package in ("echo_event", "count_words")}
    assert [package for package in before if before[package] != after[package]] == ["echo_event"]


def test_the_hash_depends_on_names_and_contents_and_not_on_times_or_places(handlers: Path, tmp_path: Path) -> None:
    _, before = stage(handlers, ("echo_event",))
    moved = handlers.rename(tmp_path / "elsewhere")
    os.utime(moved / "echo_event" / "handler.py", (0, 0))
    assert stage(moved, ("echo_event",))[1] == before
    (moved / "echo_event" / "handler.py").rename(moved / "echo_event" / "handlers.py")
    stage.cache_clear()
    assert stage(moved, ("echo_event",))[1] != before


def test_a_package_that_does_not_exist_is_refused_with_the_ones_that_do(handlers: Path) -> None:
    with pytest.raises(ValueError, match=r"package must be one of count_words, echo_event, texts in lambda/, got notes, missing"):
        stage(handlers, ("echo_event", "notes", "missing"))


def test_a_folder_without_packages_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"package must be one of none in "):
        stage(tmp_path, ("echo_event",))


def test_a_library_travels_with_its_licence_and_without_what_its_installer_wrote(
    handlers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "pure/__init__.py": "VALUE = 1\n",
        "pure/data.json": "{}",
        "pure/__pycache__/__init__.cpython-311.pyc": "",
        "pure-1.0.dist-info/INSTALLER": "pip",
        "pure-1.0.dist-info/licenses/LICENSE": "Free.",
        "../../bin/pure": "#!python",
    }
    install(tmp_path / "lib" / "site" / "packages", "pure", files, monkeypatch)
    folder, _ = stage(handlers, ("echo_event",), ("pure",))
    described = ["pure-1.0.dist-info/METADATA", "pure-1.0.dist-info/licenses/LICENSE"]
    assert names(folder) == ["echo_event/__init__.py", "echo_event/handler.py", *described, "pure/__init__.py", "pure/data.json"]


def test_a_real_library_can_be_imported_from_the_staged_folder(handlers: Path) -> None:
    folder, _ = stage(handlers, ("echo_event",), ("pypdf",))
    command = "import pypdf, echo_event.handler; print(pypdf.__file__)"
    run = subprocess.run([sys.executable, "-S", "-c", command], env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=True)
    assert run.stdout.startswith(str(folder))


def test_a_compiled_library_is_refused(handlers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", "fast", {"fast/__init__.py": "", "fast/core.cpython-311-x86_64-linux-gnu.so": ""}, monkeypatch)
    with pytest.raises(ValueError, match=r"library must be pure Python, got fast with fast/core.cpython-311-x86_64-linux-gnu.so"):
        stage(handlers, ("echo_event",), ("fast",))


def test_a_library_that_is_not_installed_is_refused(handlers: Path) -> None:
    with pytest.raises(ValueError, match=r"library must be an installed distribution, got no-such-thing"):
        stage(handlers, ("echo_event",), ("no-such-thing",))


def test_an_editable_installation_is_refused(handlers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", "linked", {"__editable__.linked.pth": "/somewhere"}, monkeypatch)
    with pytest.raises(ValueError, match=r"library must be installed as files, got linked, which is an editable or empty installation"):
        stage(handlers, ("echo_event",), ("linked",))


def test_the_packages_of_a_checkout_are_found(root: Path) -> None:
    assert default_sources() == root / "lambda"


def test_the_packages_of_an_installed_wheel_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ml_constructs" / "handlers").mkdir(parents=True)
    monkeypatch.setattr(handler_assets.ml_constructs, "__file__", str(tmp_path / "ml_constructs" / "__init__.py"))
    assert default_sources() == tmp_path / "ml_constructs" / "handlers"
