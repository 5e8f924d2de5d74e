"""A reviewer's decision: checked, recorded, delivered."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from decide_review.views import Answer, Wrong, failure, refused, unknown
from documents import answers, reviews, tables
from documents.errors import TransientServiceError, translated
from documents.runtime import count, logger

MEMBERS = {"decision", "reviewer", "corrections", "comment"}
REVIEWER_CHARACTERS = 256
COMMENT_CHARACTERS = 2_000
CORRECTIONS_BYTES = 65_536


def decide(table: str, review_id: str, body: str, caller: str) -> Answer:
    """Records the decision of ``body`` and wakes the workflow.

    Of two decisions the first counts. The same decision again is sent again as long as it has not reached the workflow.
    """
    decision, wrong = parse(body)
    if wrong:
        return refused(wrong)
    review = reviews.decide(table, review_id, decision | {"caller": caller})
    if review:
        return _deliver(table, review, repeated=False)
    undelivered = _undelivered(table, review_id, decision)
    return undelivered if isinstance(undelivered, Answer) else _deliver(table, undelivered, repeated=True)


def parse(body: str) -> tuple[dict[str, Any], list[Wrong]]:
    """The decision with its optional members filled in, and all that is wrong with it."""
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        return {}, [Wrong("body", "must be a JSON object")]
    wrong = [Wrong(name, "is not a member of a decision") for name in sorted(set(given) - MEMBERS)]
    decision = {"decision": given.get("decision"), "reviewer": given.get("reviewer")}
    decision |= {"corrections": given.get("corrections", []), "comment": given.get("comment", "")}
    wrong += _wrong_words(decision) + _wrong_corrections(decision)
    return decision, wrong


def _wrong_words(decision: dict[str, Any]) -> list[Wrong]:
    wrong = []
    reviewer, comment = decision["reviewer"], decision["comment"]
    if not isinstance(decision["decision"], str) or decision["decision"] not in reviews.OUTCOMES:
        wrong.append(Wrong("decision", f"must be one of {', '.join(reviews.OUTCOMES)}"))
    if not isinstance(reviewer, str) or not reviewer.strip() or len(reviewer) > REVIEWER_CHARACTERS:
        wrong.append(Wrong("reviewer", f"must be a text of 1 to {REVIEWER_CHARACTERS} characters"))
    if not isinstance(comment, str) or len(comment) > COMMENT_CHARACTERS:
        wrong.append(Wrong("comment", f"must be a text of at most {COMMENT_CHARACTERS} characters"))
    return wrong


def _wrong_corrections(decision: dict[str, Any]) -> list[Wrong]:
    corrections = decision["corrections"]
    if not isinstance(corrections, list):
        return [Wrong("corrections", "must be a list")]
    if bool(corrections) != (decision["decision"] == "correct"):
        return [Wrong("corrections", "must be given with the decision correct, and with no other")]
    if len(json.dumps(corrections)) > CORRECTIONS_BYTES:
        return [Wrong("corrections", f"must be at most {CORRECTIONS_BYTES} bytes as JSON")]
    return [
        Wrong(f"corrections[{number}]", 'must be {"key": text, "value": text}, with "page": number if the key occurs on several pages')
        for number, correction in enumerate(corrections)
        if not _is_correction(correction)
    ]


def _is_correction(correction: Any) -> bool:
    if not isinstance(correction, dict) or not {"key", "value"} <= set(correction) <= {"key", "value", "page"}:
        return False
    texts = isinstance(correction["key"], str) and correction["key"] and isinstance(correction["value"], str)
    return bool(texts) and type(correction.get("page", 1)) is int


def _undelivered(table: str, review_id: str, decision: dict[str, Any]) -> dict[str, Any] | Answer:
    """The review, if it holds this very decision and the workflow may not have heard of it."""
    review = tables.get(table, {"id": review_id})
    if not review:
        return unknown()
    if review["status"] == reviews.EXPIRED:
        return failure(410, "The workflow no longer waits for this review.")
    same = decision.items() <= review.get("decision", {}).items()
    return review if same and "answered_at" not in review else failure(409, "The review is already decided.")


def _deliver(table: str, review: dict[str, Any], *, repeated: bool) -> Answer:
    try:
        reached = answers.send(review["task_token"], reviews.outcome(review["decision"]))
    except (ClientError, BotoCoreError) as error:
        named = translated(error)
        if not isinstance(named, TransientServiceError):
            raise
        logger.warning("the decision was recorded but not delivered", code=named.code)
        return failure(503, "The decision is recorded but not delivered yet: send it again.")
    if reached:
        reviews.mark(table, review["id"], "answered_at")
        count("ReviewsDecided")
        return Answer(200, {"id": review["id"], "status": reviews.DECIDED, "outcome": reviews.outcome(review["decision"])["outcome"]})
    if repeated:  # the first delivery may have got through; the workflow itself settles the record
        return failure(409, "The review is already decided.")
    reviews.expire(table, review["id"])
    return failure(410, "The workflow no longer waits for this review.")
