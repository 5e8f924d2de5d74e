"""What a container is told."""

import pytest

from blueprints.local.sagemaker.containers.protocol import Settings


@pytest.mark.parametrize(
    ("environment", "expected"), [({}, False), ({"SAGEMAKER_BATCH": "true"}, True), ({"SAGEMAKER_BATCH": "no"}, False)]
)
def test_a_container_knows_whether_it_works_for_a_batch(environment: dict[str, str], expected: bool) -> None:
    assert Settings(environment).in_batch is expected
