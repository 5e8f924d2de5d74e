"""Knowledge bases over an index, in the process of the tests."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.blueprints.local.knowledge import Knowledge


@pytest.fixture
def knowledge() -> Iterator[Knowledge]:
    with mock_aws():
        yield Knowledge()
