import pytest

from ml_constructs.sagemaker.inference.components.component_advice import ADVICE
from ml_constructs.sagemaker.inference.components.component_alarms import ComponentThresholds
from ml_constructs.sagemaker.inference.components.component_instances import SharedInstances
from ml_constructs.sagemaker.inference.components.component_options import CopyScaling
from ml_constructs.testing import rule_findings
from tests.constructs.sagemaker.inference.components.text_scene import TextScene

BY_MODEL = {"Errors", "Latency", "AtMaximum"}


@pytest.fixture(scope="module")
def scene() -> TextScene:
    return TextScene()


def test_there_is_an_alarm_for_each_piece_of_advice(scene: TextScene) -> None:
    assert set(scene.watched()) == {f"Assistant{kind}" for kind in BY_MODEL} | (set(ADVICE) - BY_MODEL)
    assert {each["AlarmDescription"] for each in scene.watched().values()} == set(ADVICE.values())


def test_errors_of_a_model_bring_its_old_copies_back(scene: TextScene) -> None:
    (component,) = scene.properties("AWS::SageMaker::InferenceComponent")
    (alarm,) = component["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert alarm["AlarmName"]["Ref"].startswith("AlarmsAssistantErrors")


def test_latency_is_in_the_microseconds_that_sagemaker_tells(scene: TextScene) -> None:
    alarm = scene.watched()["AssistantLatency"]
    assert (alarm["MetricName"], alarm["Threshold"], alarm["EvaluationPeriods"]) == ("ModelLatency", 20_000_000, 3)


def test_capacity_counts_as_missing_only_when_a_copy_would_have_started_by_then(scene: TextScene) -> None:
    alarm = scene.watched()["CapacityMissing"]
    assert alarm["EvaluationPeriods"] * 5 * 60 > CopyScaling().start_time.to_seconds()
    counted = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    assert [(each["MetricName"], each["Dimensions"][0]["Value"]) for each in counted] == [
        ("NoCapacity", "generate_text"),
        ("NoCapacity", "stream_text"),
    ]


def test_the_copies_are_counted_from_the_shares_of_requests(scene: TextScene) -> None:
    alarm = scene.watched()["AssistantAtMaximum"]
    assert alarm["Threshold"] == 1.5
    assert {each["MetricStat"]["Metric"]["MetricName"] for each in alarm["Metrics"] if "MetricStat" in each} == {
        "Invocations",
        "InvocationsPerCopy",
    }


def test_instances_idle_while_they_run_and_nothing_is_answered(scene: TextScene) -> None:
    alarm = scene.watched()["InstancesIdle"]
    named = {each["Id"]: each for each in alarm["Metrics"]}
    assert named["running"]["MetricStat"]["Metric"]["Namespace"] == "/aws/sagemaker/Endpoints"
    assert alarm["EvaluationPeriods"] == 3
    assert "FILL(running, 0) > 0 AND FILL(answered, 0) == 0" in str(alarm["Metrics"])


def test_texts_that_break_off_are_told_of(scene: TextScene) -> None:
    alarm = scene.watched()["StreamErrors"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("AWS/Lambda", "Errors", 1)
    assert "StreamFunction" in str(alarm["Dimensions"])


def test_the_dashboard_shows_models_by_name(scene: TextScene) -> None:
    (board,) = scene.properties("AWS::CloudWatch::Dashboard")
    shown = str(board["DashboardBody"])
    assert all(word in shown for word in ("Streams by outcome", "stream_text"))
    assert all(metric in shown for metric in ("ConcurrentRequestsPerCopy", "NoCapacityInvocationFailures", "PromptTokens", "ModelLatency"))


def test_all_rule_packs_are_content() -> None:
    assert rule_findings(TextScene().app) == {}


def test_what_there_is_not_is_not_watched() -> None:
    found = TextScene(streaming=False, instances=SharedInstances(minimum=2), scaling=CopyScaling(minimum=2, initial=2))
    assert set(found.watched()) == {"AssistantErrors", "AssistantLatency", "CapacityMissing", "TokensPerDay"}


@pytest.mark.parametrize("name", ["latency_seconds", "first_token_seconds", "tokens_per_day"])
def test_refuses_thresholds_that_are_always_reached(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        ComponentThresholds(**{name: 0})
