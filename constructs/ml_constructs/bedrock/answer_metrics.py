"""What there is to see of questions and answers."""

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.bedrock.answer_api import AnswerApi
from ml_constructs.bedrock.answer_service import AnswerService
from ml_constructs.foundation import HandlerFunction
from ml_constructs.foundation.metrics import MOMENT, counted

HOUR = Duration.hours(1)
FEWEST_QUESTIONS = 10


def outcomes(service: AnswerService, name: str, period: Duration = MOMENT) -> cw.MathExpression:
    """What the functions have counted under ``name``, such as ``Blocked``, together."""
    return _together(_by_function(service, name, period), name, period)


def unanswerable(service: AnswerService) -> cw.MathExpression:
    """The percentage of questions in an hour that no passage was found for; 0 in hours with few questions."""
    without, answered = _by_function(service, "NoPassages", HOUR), _by_function(service, "Answers", HOUR)
    every = {**without, **answered}
    return cw.MathExpression(
        expression=f"IF({_sum(every)} >= {FEWEST_QUESTIONS}, 100 * {_sum(without)} / {_sum(every)}, 0)",
        label="Questions without passages (%)",
        period=HOUR,
        using_metrics=every,
    )


def model(service: AnswerService, name: str, period: Duration = MOMENT) -> cw.Metric:
    """What Bedrock counts of the model, such as ``InvocationThrottles``.

    By way of an application profile these are the calls of one deployment; otherwise all calls of the model in the account and region.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
    """
    model_id = service.model if isinstance(service.model, str) else service.model.resource.attr_inference_profile_id
    return cw.Metric(
        namespace="AWS/Bedrock", metric_name=name, dimensions_map={"ModelId": model_id}, period=period, statistic="Sum", label=name
    )


def tokens(service: AnswerService, period: Duration) -> cw.MathExpression:
    """Tokens read and written, as Bedrock counts them.

    The functions count them as well, but learn the numbers at the end of an answer: a stream that breaks off has cost what only Bedrock
    knows.
    """
    read, written = model(service, "InputTokenCount", period), model(service, "OutputTokenCount", period)
    return _together({"read": read, "written": written}, "Tokens", period)


def interventions(service: AnswerService, period: Duration = MOMENT) -> cw.Metric:
    """How often this version of the guardrail blocked or masked something, in whatever call.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-guardrails-cw-metrics.html
    """
    guardrail = service.guardrail
    return cw.Metric(
        namespace="AWS/Bedrock/Guardrails",
        metric_name="InvocationsIntervened",
        dimensions_map={"GuardrailArn": guardrail.guardrail_arn, "GuardrailVersion": guardrail.version},
        period=period,
        statistic="Sum",
        label="Interventions",
    )


def errors(functions: Sequence[HandlerFunction]) -> cw.MathExpression:
    """Invocations that ended with an error, or were not ended in time."""
    found = {f"errors{number}": function.metric_errors(period=MOMENT, statistic="Sum") for number, function in enumerate(functions)}
    return _together(found, "Errors", MOMENT)


def throttles(functions: Sequence[HandlerFunction]) -> cw.MathExpression:
    """Invocations that found no free concurrency."""
    found = {f"throttles{number}": function.metric_throttles(period=MOMENT, statistic="Sum") for number, function in enumerate(functions)}
    return _together(found, "Throttles", MOMENT)


def latency(api: AnswerApi, statistic: str = "p95") -> cw.Metric:
    """Milliseconds that callers wait for an answer as a whole; those who read it in parts don't wait for its end."""
    return api.answers.metric_latency(api.stage, period=MOMENT, statistic=statistic, label=statistic)


def answer_graphs(service: AnswerService, api: AnswerApi) -> dict[str, list[cw.IMetric]]:
    """What a dashboard shows of questions and answers."""
    names = ("Answers", "NoPassages", "Blocked", "Ungrounded", "CacheHits")
    rest = api.api
    return {
        "Outcomes": [outcomes(service, name) for name in names],
        "Answer API": [rest.metric_count(), rest.metric_client_error(), rest.metric_server_error()],
        "Time to an answer (ms)": [latency(api, "p50"), latency(api)],
        "Tokens": [model(service, "InputTokenCount"), model(service, "OutputTokenCount")],
        "Model": [model(service, name) for name in ("Invocations", "InvocationThrottles", "InvocationClientErrors")],
        "Guardrail": [interventions(service), outcomes(service, "PassagesWithheld")],
    }


def _by_function(service: AnswerService, name: str, period: Duration) -> dict[str, cw.IMetric]:
    """The metrics called ``name``, under ids that no other metric of a graph has."""
    packages = ["answer_question", *(["stream_answer"] if service.stream else [])]
    return {f"{package}_{name}": counted(service, name, by=package, period=period) for package in packages}


def _together(metrics: Mapping[str, cw.IMetric], label: str, period: Duration) -> cw.MathExpression:
    return cw.MathExpression(expression=_sum(metrics), label=label, period=period, using_metrics=metrics)


def _sum(names: Iterable[str]) -> str:
    return f"({' + '.join(f'FILL({name}, 0)' for name in names)})"
