"""The files that a function finds."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from blueprints.local.runtime_files import POWERTOOLS_PACKAGES, RUNTIME_PACKAGES, RuntimeFiles, powertools_layer, top_level_paths


def archive(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        for name, text in files.items():
            package.writestr(name.replace("__", "/") + ".py", text)
    return packed.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> RuntimeFiles:
    return RuntimeFiles(tmp_path / "lambda")


def test_the_runtime_brings_boto3_and_its_own_client_and_nothing_else(files: RuntimeFiles) -> None:
    names = {path.name for path in files.runtime.iterdir() if "dist-info" not in path.name}
    assert {"awslambdaric", "boto3", "botocore", "urllib3"} <= names
    assert not {"aws_lambda_powertools", "moto", "pip", "pytest", "rich"} & names


def test_each_content_is_unpacked_once(files: RuntimeFiles) -> None:
    directory = files.unpacked(archive(index="1"))
    assert (directory / "index.py").read_text() == "1"
    assert files.unpacked(archive(index="1")) == directory
    assert files.unpacked(archive(index="2")) != directory


@pytest.mark.parametrize(("mode", "executable"), [(0o755, True), (0o644, False)])
def test_scripts_stay_executable(files: RuntimeFiles, mode: int, executable: bool) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        script = zipfile.ZipInfo("script")
        script.external_attr = mode << 16
        package.writestr(script, "#!/bin/sh")
    assert os.access(files.unpacked(packed.getvalue()) / "script", os.X_OK) is executable


def test_python_looks_into_the_uppermost_layer_first(files: RuntimeFiles) -> None:
    lower, upper = archive(python__a="lower"), archive(**{"python__lib__python3.14__site-packages__a": "upper"})
    paths = [str(path.relative_to(files.runtime.parent)) for path in files.layers((lower, upper))]
    assert [path.partition("/")[2] for path in paths] == ["python/lib/python3.14/site-packages", "python", "python"]


def test_each_environment_has_a_home_of_its_own(files: RuntimeFiles) -> None:
    homes = [files.new_home(), files.new_home()]
    assert homes[0] != homes[1]
    assert all(home.is_dir() for home in homes)


def test_the_powertools_layer_links_to_the_installed_packages(files: RuntimeFiles) -> None:
    (folder,) = files.layers((powertools_layer(),))
    names = {path.name for path in folder.iterdir()}
    assert {"aws_lambda_powertools", "aws_xray_sdk", "jmespath", "typing_extensions.py"} - {"jmespath"} <= names
    assert "boto3" not in names
    assert "botocore" not in names
    assert (folder / "aws_lambda_powertools" / "__init__.py").is_file()


@pytest.mark.parametrize("packages", [RUNTIME_PACKAGES, POWERTOOLS_PACKAGES])
def test_what_packages_need_comes_with_them(packages: tuple[str, ...]) -> None:
    paths = top_level_paths(packages)
    assert all(path.exists() for path in paths)
    assert "urllib3" in {path.name for path in paths}
