import re
from typing import Any

import pytest

from ml_constructs.operations import Alarms, Dashboard
from ml_constructs.sagemaker.inference.component_alarms import (
    ADVICE,
    ComponentThresholds,
    text_graphs,
    watch_component,
    watch_texts,
)
from ml_constructs.sagemaker.inference.component_instances import SharedInstances
from ml_constructs.sagemaker.inference.component_options import CopyScaling
from ml_constructs.sagemaker.inference.component_stream import TextStream
from ml_constructs.sagemaker.inference.inference_api import InferenceApi
from ml_constructs.sagemaker.inference.inference_options import InferenceOptions
from ml_constructs.sagemaker.inference.inference_service import InferenceService
from ml_constructs.testing import rule_findings
from tests.constructs.sagemaker.inference.component_scene import Scene

BY_MODEL = {"Errors", "Latency", "AtMaximum"}


class Watched(Scene):
    """A model, what asks it, and its alarms."""

    def __init__(self, *, streaming: bool = True, scaling: CopyScaling | None = None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.component = self.add(scaling=scaling)
        self.service = InferenceService(
            self.stack,
            "Inference",
            endpoint=self.endpoint,
            options=InferenceOptions(),
            defaults=self.defaults,
            package="generate_text",
            shared=("generations",),
        )
        self.api = InferenceApi(self.stack, "Api", service=self.service, defaults=self.defaults)
        self.stream = (
            TextStream(
                self.stack,
                "Stream",
                endpoint=self.endpoint,
                service=self.service,
                api=self.api,
                path="/predictions/stream",
                defaults=self.defaults,
            )
            if streaming
            else None
        )
        self.alarms = Alarms(self.stack, "Alarms", key=self.key)
        watch_component(self.alarms, component=self.component, thresholds=ComponentThresholds())
        watch_texts(self.alarms, endpoint=self.endpoint, service=self.service, stream=self.stream, thresholds=ComponentThresholds())
        graphs = text_graphs([self.component], service=self.service, stream=self.stream)
        self.dashboard = Dashboard(self.stack, "Dashboard", alarms=self.alarms, graphs=graphs)

    def watched(self) -> dict[str, dict[str, Any]]:
        """The properties of the alarms that operators are told of, by id."""
        found = self.template.find_resources("AWS::CloudWatch::Alarm").items()
        return {re.sub(r"^Alarms|[0-9A-F]{8}$", "", name): each["Properties"] for name, each in found if name.startswith("Alarms")}


@pytest.fixture(scope="module")
def scene() -> Watched:
    return Watched()


def test_there_is_an_alarm_for_each_piece_of_advice(scene: Watched) -> None:
    assert set(scene.watched()) == {f"Assistant{kind}" for kind in BY_MODEL} | (set(ADVICE) - BY_MODEL)
    assert {each["AlarmDescription"] for each in scene.watched().values()} == set(ADVICE.values())


def test_errors_of_a_model_bring_its_old_copies_back(scene: Watched) -> None:
    (component,) = scene.properties("AWS::SageMaker::InferenceComponent")
    (alarm,) = component["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert alarm["AlarmName"]["Ref"].startswith("AlarmsAssistantErrors")


def test_latency_is_in_the_microseconds_that_sagemaker_tells(scene: Watched) -> None:
    alarm = scene.watched()["AssistantLatency"]
    assert (alarm["MetricName"], alarm["Threshold"], alarm["EvaluationPeriods"]) == ("ModelLatency", 20_000_000, 3)


def test_capacity_counts_as_missing_only_when_a_copy_would_have_started_by_then(scene: Watched) -> None:
    alarm = scene.watched()["CapacityMissing"]
    assert alarm["EvaluationPeriods"] * 5 * 60 > CopyScaling().start_time.to_seconds()
    counted = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    assert [(each["MetricName"], each["Dimensions"][0]["Value"]) for each in counted] == [
        ("NoCapacity", "generate_text"),
        ("NoCapacity", "stream_text"),
    ]


def test_the_copies_are_counted_from_the_shares_of_requests(scene: Watched) -> None:
    alarm = scene.watched()["AssistantAtMaximum"]
    assert alarm["Threshold"] == 1.5
    assert {each["MetricStat"]["Metric"]["MetricName"] for each in alarm["Metrics"] if "MetricStat" in each} == {
        "Invocations",
        "InvocationsPerCopy",
    }


def test_instances_idle_while_they_run_and_nothing_is_answered(scene: Watched) -> None:
    alarm = scene.watched()["InstancesIdle"]
    named = {each["Id"]: each for each in alarm["Metrics"]}
    assert named["running"]["MetricStat"]["Metric"]["Namespace"] == "/aws/sagemaker/Endpoints"
    assert alarm["EvaluationPeriods"] == 3
    assert "FILL(running, 0) > 0 AND FILL(answered, 0) == 0" in str(alarm["Metrics"])


def test_the_dashboard_shows_models_by_name(scene: Watched) -> None:
    (board,) = scene.properties("AWS::CloudWatch::Dashboard")
    shown = str(board["DashboardBody"])
    assert all(metric in shown for metric in ("ConcurrentRequestsPerCopy", "NoCapacityInvocationFailures", "PromptTokens", "ModelLatency"))


def test_the_stream_answers_beside_the_whole_texts_with_the_same_settings(scene: Watched) -> None:
    functions = {each["Handler"]: each for each in scene.properties("AWS::Lambda::Function")}
    whole, parts = (functions[f"{name}.handler.handler"]["Environment"]["Variables"] for name in ("generate_text", "stream_text"))
    assert parts["ENDPOINT_NAME"] == whole["ENDPOINT_NAME"]
    assert (parts["AWS_LAMBDA_EXEC_WRAPPER"], parts["TIMEOUT_SECONDS"]) == ("/var/task/streaming/wrapper", "60")
    assert functions["stream_text.handler.handler"]["Timeout"] == 900
    methods = [each for each in scene.properties("AWS::ApiGateway::Method") if each["HttpMethod"] == "POST"]
    assert sorted(each["Integration"].get("ResponseTransferMode", "BUFFERED") for each in methods) == ["BUFFERED", "STREAM"]


def test_all_rule_packs_are_content() -> None:
    assert rule_findings(Watched().app) == {}


def test_what_there_is_not_is_not_watched() -> None:
    found = Watched(streaming=False, instances=SharedInstances(minimum=2), scaling=CopyScaling(minimum=2, initial=2))
    assert set(found.watched()) == {"AssistantErrors", "AssistantLatency", "CapacityMissing", "TokensPerDay"}


@pytest.mark.parametrize("name", ["latency_seconds", "first_token_seconds", "tokens_per_day"])
def test_refuses_thresholds_that_are_always_reached(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        ComponentThresholds(**{name: 0})
