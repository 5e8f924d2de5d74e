"""The two that every adaptation is shown with: ministack as it is, and the embedded AWS."""

from collections.abc import Iterator

import pytest

from blueprints.local.embedded import EmbeddedAws


@pytest.fixture(scope="session")
def plain_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with EmbeddedAws(home=tmp_path_factory.mktemp("plain"), plain=True) as aws:
        yield aws


@pytest.fixture(scope="session")
def adapted_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with EmbeddedAws(home=tmp_path_factory.mktemp("adapted")) as aws:
        yield aws
