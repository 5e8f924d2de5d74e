from typing import Any

import pytest

from blueprints.checks.rules.scaling_metric import check
from tests.blueprints.simulating import shapes


@pytest.mark.parametrize("resources", [shapes.BACKLOG_OF_REAL_TIME, shapes.INVOCATIONS_OF_ASYNCHRONOUS], ids=["real time", "asynchronous"])
def test_finds_a_metric_that_the_kind_does_not_publish(resources: dict[str, Any]) -> None:
    assert "Track" in {finding.logical_id for finding in check(shapes.template(resources))}


@pytest.mark.parametrize("kind", ["REAL_TIME", "ASYNCHRONOUS", "COMPONENTS", "SERVERLESS"])
def test_accepts_the_metrics_of_each_kind(kind: str) -> None:
    assert list(check(shapes.template(getattr(shapes, kind)))) == []


def test_accepts_templates_without_endpoints() -> None:
    assert list(check(shapes.template({"Topic": {"Type": "AWS::SNS::Topic"}}))) == []
