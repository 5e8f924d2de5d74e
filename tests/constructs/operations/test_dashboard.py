import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cw
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey
from ml_constructs.operations import Alarms, Dashboard


@pytest.fixture
def alarms(stack: cdk.Stack, key: DataKey) -> Alarms:
    alarms = Alarms(stack, "Alarms", key=key)
    metric = cw.Metric(namespace="Test", metric_name="Errors")
    alarms.add("Errors", metric=metric, threshold=1, description="Errors.", missing=cw.TreatMissingData.NOT_BREACHING)
    return alarms


def widgets(template: Template) -> list[dict[str, Any]]:
    (dashboard,) = template.find_resources("AWS::CloudWatch::Dashboard").values()
    _, parts = dashboard["Properties"]["DashboardBody"]["Fn::Join"]
    body = "".join(part if isinstance(part, str) else "token" for part in parts)
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def test_the_states_of_all_alarms_stand_on_top(stack: cdk.Stack, alarms: Alarms, template: Callable[[], Template]) -> None:
    Dashboard(stack, "Dashboard", alarms=alarms, graphs={"Errors": [cw.Metric(namespace="Test", metric_name="Errors")]})
    first = widgets(template())[0]
    assert (first["type"], first["y"], first["width"], first["properties"]["title"]) == ("alarm", 0, 24, "Alarms")
    assert len(first["properties"]["alarms"]) == 1


def test_graphs_stand_below_two_a_row(stack: cdk.Stack, alarms: Alarms, template: Callable[[], Template]) -> None:
    graphs = {title: [cw.Metric(namespace="Test", metric_name=title)] for title in ("Errors", "Backlog", "Age")}
    Dashboard(stack, "Dashboard", alarms=alarms, graphs=graphs)
    top, *below = widgets(template())
    assert [(widget["properties"]["title"], widget["x"], widget["width"]) for widget in below] == [
        ("Errors", 0, 12),
        ("Backlog", 12, 12),
        ("Age", 0, 12),
    ]
    assert top["y"] < below[0]["y"] == below[1]["y"] < below[2]["y"]


def test_a_dashboard_has_no_fixed_name(stack: cdk.Stack, alarms: Alarms, template: Callable[[], Template]) -> None:
    Dashboard(stack, "Dashboard", alarms=alarms, graphs={})
    (dashboard,) = template().find_resources("AWS::CloudWatch::Dashboard").values()
    assert "DashboardName" not in dashboard["Properties"]


def test_no_rule_is_left_unmet(stack: cdk.Stack, alarms: Alarms, findings: Callable[[], dict[str, list[str]]]) -> None:
    Dashboard(stack, "Dashboard", alarms=alarms, graphs={"Errors": [cw.Metric(namespace="Test", metric_name="Errors")]})
    assert findings() == {}
