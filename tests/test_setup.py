import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

SYNTHESIS = """
import aws_cdk as cdk
from ml_constructs.foundation import DataKey, HandlerDefaults, HandlerFunction
app = cdk.App(outdir='cdk.out')
stack = cdk.Stack(app, "Stack")
defaults = HandlerDefaults(key=DataKey(stack, "Key"))
HandlerFunction(stack, "Emptier", package="empty_bucket", shared=["custom_resources"], defaults=defaults)
app.synth()
"""


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contents of the wheel, built from a copy of what git holds."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("MANIFEST.in", "pyproject.toml", "setup.py"):
        shutil.copy(root / name, folder / name)
    for name in ("constructs", "lambda"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("*.egg-info"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir", "dist", "."]
    subprocess.run(command, cwd=folder, check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


@pytest.mark.long
def test_the_wheel_holds_the_handler_packages_and_the_data(installed: Path, root: Path) -> None:
    handlers = {path.parent.name for path in (root / "lambda").glob("*/__init__.py")}
    assert {path.parent.name for path in (installed / "ml_constructs" / "handlers").glob("*/__init__.py")} == handlers
    assert (installed / "ml_constructs" / "foundation" / "service_status.yaml").is_file()
    assert not list(installed.rglob("__pycache__"))


@pytest.mark.long
def test_a_function_can_be_synthesised_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(installed), sysconfig.get_path("purelib")])
    subprocess.run([sys.executable, "-c", SYNTHESIS], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, check=True)
    assert [found.name for found in tmp_path.glob("cdk.out/asset.*/empty_bucket")] == ["empty_bucket"]
