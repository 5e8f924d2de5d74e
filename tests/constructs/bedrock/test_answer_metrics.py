from typing import Any

import pytest
from aws_cdk import Duration

from ml_constructs.bedrock import answer_metrics as metrics
from tests.constructs.bedrock.answer_scene import everything, plain

GRAPHS = ["Outcomes", "Answer API", "Time to an answer (ms)", "Tokens", "Model", "Guardrail"]


def packages(expression: Any) -> list[str]:
    return [metric.dimensions["service"] for metric in expression.using_metrics.values()]


def test_outcomes_are_counted_for_all_functions_together() -> None:
    blocked = metrics.outcomes(everything().service, "Blocked")
    assert blocked.expression == "(FILL(answer_question_Blocked, 0) + FILL(stream_answer_Blocked, 0))"
    assert packages(blocked) == ["answer_question", "stream_answer"]


def test_functions_that_are_not_there_are_left_out() -> None:
    assert packages(metrics.outcomes(plain().service, "Blocked")) == ["answer_question"]


def test_few_questions_make_no_share() -> None:
    share = metrics.unanswerable(plain().service)
    found, every = "FILL(answer_question_NoPassages, 0)", "FILL(answer_question_NoPassages, 0) + FILL(answer_question_Answers, 0)"
    assert share.expression == f"IF(({every}) >= 10, 100 * ({found}) / ({every}), 0)"


def test_calls_of_a_profile_are_those_of_this_deployment() -> None:
    scene = everything()
    expected = scene.service.model.resource.attr_inference_profile_id  # type: ignore[union-attr]
    assert metrics.model(scene.service, "Invocations").dimensions == {"ModelId": expected}
    assert metrics.model(plain().service, "Invocations").dimensions == {"ModelId": "amazon.nova-micro-v1:0"}


def test_tokens_are_counted_by_bedrock_which_sees_streams_that_break_off() -> None:
    spent = metrics.tokens(plain().service, Duration.days(1))
    assert spent.expression == "(FILL(read, 0) + FILL(written, 0))"
    assert {(metric.namespace, metric.metric_name) for metric in spent.using_metrics.values()} == {  # type: ignore[attr-defined]
        ("AWS/Bedrock", "InputTokenCount"),
        ("AWS/Bedrock", "OutputTokenCount"),
    }


def test_interventions_are_those_of_the_current_version() -> None:
    guardrail = plain().parts.guardrail
    dimensions = metrics.interventions(plain().service).dimensions
    assert dimensions == {"GuardrailArn": guardrail.guardrail_arn, "GuardrailVersion": guardrail.version}


@pytest.mark.parametrize("measure", [metrics.errors, metrics.throttles])
def test_errors_and_throttles_are_those_of_all_functions(measure: Any) -> None:
    functions = everything().service.functions
    assert len(measure(functions).using_metrics) == len(functions) == 2


def test_the_time_that_counts_is_that_of_whole_answers() -> None:
    dimensions = metrics.latency(everything().api).dimensions
    assert dimensions is not None
    assert (dimensions["Resource"], dimensions["Method"]) == ("/answers", "POST")


def test_a_dashboard_shows_outcomes_the_api_its_speed_and_what_the_model_takes() -> None:
    assert list(metrics.answer_graphs(everything().service, everything().api)) == GRAPHS
    assert "AWS::CloudWatch::Dashboard" in {each["Type"] for each in everything().resources.values()}
