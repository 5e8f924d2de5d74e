"""One embedded AWS for the tests that deploy to it."""

from collections.abc import Iterator

import pytest

from blueprints.local.embedded import EmbeddedAws


@pytest.fixture(scope="session")
def embedded_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with EmbeddedAws(home=tmp_path_factory.mktemp("home")) as aws:
        yield aws
