"""What the tests of SageMaker share."""

from pathlib import Path

import pytest

from tests.blueprints.local.serving import Served


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(tmp_path)
