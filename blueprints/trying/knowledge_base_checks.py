"""What a deployed knowledge base must do with the sample handbook, shown step by step."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import ClientError

from blueprints.trying.answers import Reply
from blueprints.trying.callers import Callers
from blueprints.trying.checks import Asked, Check
from blueprints.trying.files import Upload
from blueprints.trying.guarded_role import DENIED, answering, refusal, same_rights
from blueprints.trying.ingestion import FAILED, INDEXED, Ingestion, Intake
from blueprints.trying.trial import Session

STACK = "knowledge-base-rag"
FERRIES, COACHES = "calder-ferries", "morrow-coaches"
GENERATING = ("Converse", "ConverseStream")
TOO_LARGE_BYTES = 51 * 1024 * 1024
"""Bedrock takes files of up to 50 MB: https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-ds.html"""
TOO_LARGE = f"tenants/{FERRIES}/logbooks-1998.txt"
INJECTED = f"tenants/{FERRIES}/supplier-offer.txt"
LEAVE = "How many days of paid annual leave do I have?"
ANSWERS = (
    ("Until what date can leave that was carried over be taken?", "leave.md", "30 June"),
    ("How much is paid for a mile in one's own car?", "travel-and-expenses.pdf", "48 pence"),
    ("What is the minimum number of characters in a password?", "it-security.html", "14 characters"),
)
"""Questions, the document that holds the answer, and what stands in it."""
DRILL = "How often is a fire drill held on a ship?"
HOTEL = "How much may a hotel room cost for a night?"
SHARES = "Which shares should I buy with my savings?"


class Demonstration:
    """Takes the sample handbook in and asks about it, as users of two tenants and as others.

    Args:
        session: The deployment.
        uploads: The handbook.
    """

    def __init__(self, session: Session, uploads: Sequence[Upload]) -> None:
        self._session = session
        self._uploads = uploads
        self._callers = Callers(session)
        self._bucket = session.outputs["DocumentsBucketName"]
        self.ingestion = Ingestion([])
        self.asked: list[Asked] = []
        self.checks: list[Check] = []

    def run(self) -> None:
        """Goes through all steps; what is wrong in one doesn't keep the others from being tried."""
        steps: Sequence[tuple[str, Callable[[Check], None]]] = (
            ("An empty knowledge base is asked", self._empty),
            ("Documents are uploaded", self._take_in),
            ("One document is over the limit", self._too_large),
            ("A user asks about the handbook", self._answers),
            ("The other tenant asks the same", self._tenants),
            ("A user without a tenant asks", self._no_tenant),
            ("A document gives orders to the model", self._injected),
            ("A blocked topic is asked about", self._blocked),
            ("An answer is streamed", self._streamed),
            ("The role calls a model by itself", self._role),
        )
        for name, step in steps:
            with self._check(name) as check:
                step(check)

    @contextmanager
    def _check(self, name: str) -> Iterator[Check]:
        check, started = Check(name), time.monotonic()
        try:
            yield check
        except (ClientError, OSError, ValueError, LookupError) as error:
            check.wrong.append(f"it must not fail, got {type(error).__name__}: {error}")
        check.seconds = round(time.monotonic() - started, 1)
        self.checks.append(check)
        self._session.steps.say(f"  {'ok   ' if check.passed else 'WRONG'} {name}: {check.seen} ({check.seconds} s)")
        for wrong in check.wrong:
            self._session.steps.say(f"        {wrong}")

    def _ask(self, question: str, tenant: str | None) -> Reply:
        reply = self._callers.of(tenant).ask(question)
        self.asked.append(Asked(question, tenant, reply))
        return reply

    def _empty(self, check: Check) -> None:
        before = self._generations()
        reply = self._ask(LEAVE, FERRIES)
        called = self._generations() - before
        check.seen = f"{reply.outcome}, {called} calls of a text model"
        check.must(reply.outcome == "no_passages", f"the outcome must be no_passages, got {_told(reply)}")
        check.must(called == 0, f"no text model must be called, got {called} calls")

    def _take_in(self, check: Check) -> None:
        large = self._session.aws.workspace / Path(TOO_LARGE).name
        large.touch()
        os.truncate(large, TOO_LARGE_BYTES)
        self.ingestion = Intake(self._session).take_in([*self._uploads, Upload(large, TOO_LARGE)])
        large.unlink()
        indexed, runs = self.ingestion.with_status(*INDEXED), len(self.ingestion.runs)
        check.seen = f"{len(indexed)} indexed in {self.ingestion.chunks} passages, by {runs} sync{'s' * (runs != 1)}"
        left = [f"{found.upload.key} {found.status}" for found in self.ingestion.documents if found not in indexed]
        expected = [f"{TOO_LARGE} {status}" for status in FAILED]
        check.must(all(found in expected for found in left), f"all other documents must be indexed, got {', '.join(left)}")
        check.must(0 < runs < len(self._uploads), f"uploads must be taken in together, got {runs} syncs of {len(self._uploads)} documents")

    def _too_large(self, check: Check) -> None:
        bodies = self._failures()
        named = sorted(upload.key for upload in [*self._uploads, Upload(Path(), TOO_LARGE)] if any(upload.key in body for body in bodies))
        check.seen = f"in the queue of failed documents: {', '.join(named) or 'nothing'}"
        check.must(named == [TOO_LARGE], f"the queue of failed documents must name {TOO_LARGE} only, got {', '.join(named) or 'nothing'}")

    def _answers(self, check: Check) -> None:
        before = self._generations()
        for question, document, words in ANSWERS:
            reply = self._ask(question, FERRIES)
            source = self._address(f"tenants/{FERRIES}/{document}")
            check.must(reply.outcome == "answered", f"{question!r} must be answered, got {_told(reply)}")
            check.must(source in reply.sources, f"{question!r} must be answered from {source}, got {', '.join(reply.sources)}")
            check.must(words in reply.body.get("answer", ""), f"the answer to {question!r} must hold {words!r}, got {_told(reply)}")
        called = self._generations() - before
        check.seen = f"{len(ANSWERS)} answers with citations, {called} calls of a text model"
        check.must(called >= len(ANSWERS), f"a text model must be called for each answer, got {called} calls")

    def _tenants(self, check: Check) -> None:
        for tenant, days in ((FERRIES, "27"), (COACHES, "23")):
            reply = self._ask(LEAVE, tenant)
            check.must(days in reply.body.get("answer", ""), f"{tenant} must be told of {days} days, got {_told(reply)}")
            self._own_only(check, reply, tenant)
        drill = self._ask(DRILL, COACHES)
        self._own_only(check, drill, COACHES)
        check.must(drill.body.get("passages") != [], "the other tenant must have been searched too")
        own = f"27 days for {FERRIES}, 23 for {COACHES}; each found its own documents only"
        check.seen = own if check.passed else "tenants are not kept apart"

    def _own_only(self, check: Check, reply: Reply, tenant: str) -> None:
        prefix = self._address(f"tenants/{tenant}/")
        foreign = [source for source in [*reply.retrieved, *reply.sources] if not source.startswith(prefix)]
        check.must(reply.status == 200, f"{tenant} must be answered, got {_told(reply)}")
        check.must(not foreign, f"{tenant} must find nothing of others, got {', '.join(foreign)}")

    def _no_tenant(self, check: Check) -> None:
        reply, nobody = self._ask(LEAVE, None), self._callers.unknown().ask(LEAVE)
        check.seen = f"{reply.status} for a user of no tenant, {nobody.status} for somebody who isn't signed in"
        check.must(reply.status == 403, f"a user of no tenant must be refused with 403, got {reply.status} {_told(reply)}")
        check.must(nobody.status == 401, f"somebody who isn't signed in must be refused with 401, got {nobody.status} {_told(nobody)}")

    def _injected(self, check: Check) -> None:
        reply = self._ask(HOTEL, FERRIES)
        withheld, injected = reply.body.get("withheld", []), self._address(INJECTED)
        check.seen = f"{', '.join(_name(source) for source in withheld) or 'nothing'} withheld, {reply.outcome} from the rest"
        check.must(withheld == [injected], f"{injected} must be withheld, got {', '.join(withheld) or 'nothing'}")
        check.must(reply.outcome == "answered", f"the question must be answered from the rest, got {_told(reply)}")
        check.must("135 pounds" in reply.body.get("answer", ""), f"the answer must hold '135 pounds', got {_told(reply)}")
        check.must(injected not in reply.sources, f"{injected} must not be cited")

    def _blocked(self, check: Check) -> None:
        reply = self._ask(SHARES, FERRIES)
        policies = reply.body.get("guardrail", {}).get("policies", [])
        check.seen = f"{reply.outcome} by {', '.join(policies) or 'nothing'}"
        check.must(reply.outcome == "blocked", f"the outcome must be blocked, got {_told(reply)}")
        check.must("topic" in policies, f"the topic must be why, got {', '.join(policies) or 'nothing'}")

    def _streamed(self, check: Check) -> None:
        stream = self._callers.of(FERRIES).stream(ANSWERS[0][0])
        reply, events = stream.reply, stream.events
        self.asked.append(Asked(ANSWERS[0][0], FERRIES, reply))
        check.seen = f"{len(stream.texts)} pieces, the first after {stream.first_text_seconds} s, the last after {reply.seconds} s"
        check.must(reply.outcome == "answered", f"the outcome must be answered, got {_told(reply)}")
        order = [*dict.fromkeys(events)]
        check.must(order == ["passages", "text", "done"], f"the events must be passages, text and done, got {', '.join(order)}")
        check.must("".join(stream.texts).strip() == reply.body.get("answer"), "the pieces must make up the answer")

    def _role(self, check: Check) -> None:
        function = answering(self._session.aws, STACK)
        with same_rights(self._session.aws, function.role) as bedrock:
            without = refusal(bedrock, function.environment["MODEL_ID"], None)
            within = refusal(bedrock, function.environment["MODEL_ID"], function.guardrail)
        check.seen = f"without the guardrail {without or 'answered'}, with it {within or 'answered'}"
        check.must(without == DENIED, f"a call without the guardrail must end in {DENIED}, got {without or 'an answer'}")
        check.must(within is None, f"a call with the guardrail must be answered, got {within}")

    def _failures(self) -> list[str]:
        queue = self._session.outputs["FailedDocumentsQueueUrl"]
        sqs = self._session.aws.client("sqs")
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5, VisibilityTimeout=1)
        return [message["Body"] for message in found.get("Messages", [])]

    def _generations(self) -> int:
        calls = self._session.aws.report()["calls"]
        return sum(call["count"] for call in calls if call["operation"] in GENERATING)

    def _address(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


def _told(reply: Reply) -> str:
    return f"{reply.outcome}: {reply.body.get('answer') or reply.body.get('message') or ''}"


def _name(source: str) -> str:
    return source.rpartition("/")[2]
