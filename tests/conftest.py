"""What all tests share: the project's own Node, no AWS account, and the feature flags of `cdk.json`."""

import gc
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SAFE = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    # Read by Node when it starts: leaves out CloudFormation's own validation, which costs more than a second for each app.
    "CDK_VALIDATION": "false",
    # Each worker has a core: threads of one that wait for each other would take the other's time.
    "OPENBLAS_NUM_THREADS": "1",
    # Read by the handlers' Powertools when any test imports them first.
    "POWERTOOLS_LOG_LEVEL": "DEBUG",
    "POWERTOOLS_METRICS_NAMESPACE": "MlBlueprints",
    "POWERTOOLS_SERVICE_NAME": "document-analysis",
    "POWERTOOLS_TRACE_DISABLED": "true",
}

for name in [name for name in os.environ if name.startswith(("AWS_", "CDK_"))]:
    del os.environ[name]
os.environ.update(SAFE)
# Templates and modules stay until the end: looking for garbage among them again and again takes longer than the tests.
gc.set_threshold(200_000, 50, 1000)
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def pytest_configure(config: pytest.Config) -> None:
    """Gives the workers of a run a folder for what takes long to synthesise."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="assemblies-")
        os.environ["SHARED_ASSEMBLIES"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Modules and tests stay too, and are no place to look for garbage."""
    gc.freeze()


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def feature_flags(root: Path) -> Mapping[str, Any]:
    context: Mapping[str, Any] = json.loads((root / "cdk.json").read_text())["context"]
    return context


@pytest.fixture
def settings_file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the text of a settings file and returns its path."""

    def write(text: str) -> Path:
        path = tmp_path / "settings.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
