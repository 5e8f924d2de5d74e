"""What operators are told when something is wrong with answers."""

from dataclasses import dataclass, fields

from aws_cdk import Duration

from ml_constructs.bedrock import answer_metrics as metrics
from ml_constructs.bedrock.answer_api import AnswerApi
from ml_constructs.bedrock.answer_service import AnswerService
from ml_constructs.foundation.metrics import MOMENT
from ml_constructs.operations import Alarms

ADVICE = {
    "AnswerApiErrors": (
        "The API failed. See the logs of answer_question and stream_answer for the reason: a model that the account may not use has to be "
        "enabled in Bedrock."
    ),
    "AnswerErrors": "Functions failed, or answers were cut off. See the logs of answer_question and stream_answer.",
    "AnswerLatency": (
        "Answers take long. See which part does in a trace of X-Ray; fewer passages, a shorter answer or a smaller model are faster, and "
        "streams show the first words at once."
    ),
    "AnswerThrottles": "Questions were turned away for want of concurrency. Raise max_concurrency, or the quota of the account.",
    "Blocked": (
        "Many questions were blocked. See by which policies in the logs of answer_question; somebody may be trying the guardrail, or it "
        "may be too strict."
    ),
    "GuardrailInterventions": (
        "The guardrail blocks or masks more than planned. Compare with the blocked questions: the rest are answers, or passages that say "
        "what they shouldn't; their sources are in the responses."
    ),
    "ModelRefusals": (
        "Bedrock refuses calls of the model as wrong or not allowed. See the logs of the functions; check that the account may use the "
        "model, and that its settings are ones that it takes."
    ),
    "ModelThrottles": (
        "Bedrock has turned calls of the model away for a quarter of an hour. Ask for a higher quota, choose a profile of more regions, or "
        "lower the limits of the API."
    ),
    "NoPassages": (
        "For many questions nothing was found. See whether documents were taken in; with tenants, whether theirs are labelled; then what "
        "people ask for."
    ),
    "TokensPerDay": (
        "More tokens were read and written in a day than planned, and each is billed. Find out who asks; lower the limits of the API or "
        "max_output_tokens, or raise the alarm's threshold."
    ),
}


@dataclass(frozen=True, kw_only=True)
class AnswerThresholds:
    """When something counts as wrong.

    Args:
        latency_seconds: Which 95 of 100 answers take at most, for a quarter of an hour.
        tokens_per_day: Read and written.
        blocked_per_hour: Questions and answers that were blocked.
        interventions_per_hour: Of the guardrail, masked texts included.
        no_passages_percent: Of the questions of an hour.

    Raises:
        ValueError: A threshold that is always reached.
    """

    latency_seconds: float = 20
    tokens_per_day: int = 5_000_000
    blocked_per_hour: int = 20
    interventions_per_hour: int = 100
    no_passages_percent: float = 50

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value <= 0:
                raise ValueError(f"{field.name} must be above 0, got {value}")


def watch_answers(alarms: Alarms, *, service: AnswerService, api: AnswerApi, thresholds: AnswerThresholds) -> None:
    """Adds an alarm for each entry of ``ADVICE``.

    Args:
        alarms: Gets the alarms.
        service: Answers.
        api: Is asked.
        thresholds: When something counts as wrong.
    """
    limits = thresholds
    alarms.watch("AnswerApiErrors", api.api.metric_server_error(period=MOMENT, statistic="Sum"), threshold=1, advice=ADVICE)
    alarms.watch("AnswerErrors", metrics.errors(service.functions), threshold=1, advice=ADVICE)
    alarms.watch("AnswerLatency", metrics.latency(api), threshold=limits.latency_seconds * 1000, periods=3, advice=ADVICE)
    alarms.watch("AnswerThrottles", metrics.throttles(service.functions), threshold=1, advice=ADVICE)
    alarms.watch("Blocked", metrics.outcomes(service, "Blocked", metrics.HOUR), threshold=limits.blocked_per_hour, advice=ADVICE)
    alarms.watch(
        "GuardrailInterventions", metrics.interventions(service, metrics.HOUR), threshold=limits.interventions_per_hour, advice=ADVICE
    )
    alarms.watch("ModelRefusals", metrics.model(service, "InvocationClientErrors"), threshold=1, advice=ADVICE)
    alarms.watch("ModelThrottles", metrics.model(service, "InvocationThrottles"), threshold=1, periods=3, advice=ADVICE)
    alarms.watch("NoPassages", metrics.unanswerable(service), threshold=limits.no_passages_percent, advice=ADVICE)
    alarms.watch("TokensPerDay", metrics.tokens(service, Duration.days(1)), threshold=limits.tokens_per_day, advice=ADVICE)
