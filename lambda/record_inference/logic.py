"""From a notice of SageMaker to the row of its inference."""

from dataclasses import dataclass

from documents.runtime import count, count_by, identify, logger
from record_inference.notices import Notice, parse
from submissions import failures, rows


@dataclass(frozen=True)
class Environment:
    """What this function is told."""

    inferences_table: str
    failed_queue_url: str


def record(body: str, told: Environment) -> None:
    """Records the answer or the failure that a notice tells of; late, repeated and unknown notices have no effect.

    Raises:
        MalformedEvent: ``body`` is no notice of an asynchronous inference.
    """
    notice = parse(body)
    if notice.inference is None:
        count("UnknownNotices")
        logger.warning("the request was not submitted here")
        return
    identify(notice.inference, notice.attempt)
    known = _succeeded(notice, told) if notice.reason is None else _failed(notice, told)
    if not known:
        count("RepeatedNotices")
        logger.info("the notice is no news")


def _succeeded(notice: Notice, told: Environment) -> bool:
    if not rows.succeed(told.inferences_table, str(notice.inference), notice.attempt, notice.output_location):
        return False
    count("InferencesSucceeded")
    return True


def _failed(notice: Notice, told: Environment) -> bool:
    why = notice.reason or {}
    row = rows.fail(told.inferences_table, str(notice.inference), notice.attempt, why)
    if row is None or not failures.tell(told.inferences_table, told.failed_queue_url, row):
        return False
    count_by("InferencesFailed", "code", why["code"])
    logger.warning("failed", code=why["code"])
    return True
