"""What deployed language models must do, shown step by step."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.credentials import Credentials

from blueprints.trying.answers import signed
from blueprints.trying.checks import Check, tried
from blueprints.trying.reviews import reachable
from blueprints.trying.texts import Text, Texts
from blueprints.trying.trial import Session

BASE, ADAPTERS = "assistant", ("formal", "brief")
QUESTION = "Hello, when will my phone arrive?"
SETTINGS: dict[str, Any] = {"temperature": 0, "max_tokens": 60}
"""The same words every time."""
WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Said:
    """What was asked of a model, and what it wrote."""

    model: str
    question: str
    text: Text


class Demonstration:
    """Asks a model and its adapters, at once and as a stream, beyond their limits, and when no copy runs.

    Args:
        session: The deployment.
        questions: Instead of the sample's.
    """

    def __init__(self, session: Session, questions: Sequence[str] = ()) -> None:
        self._session, self._questions, self._own = session, tuple(questions) or (QUESTION,), bool(questions)
        environment, url = session.aws.environment, reachable(session.aws.endpoint_url, session.outputs["GenerationsUrl"])
        credentials = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        self._texts = Texts(url, signed(credentials, environment["AWS_DEFAULT_REGION"]))
        self._strangers = Texts(url)
        self.components = dict(pair.split("=") for pair in session.outputs["ComponentNames"].split(","))
        self.said: list[Said] = []
        self.checks: list[Check] = []

    def run(self) -> None:
        """Goes through all steps; what is wrong in one doesn't keep the others from being tried."""
        steps = (
            ("The model and its adapters answer", self._answers),
            ("A text is streamed", self._streamed),
            ("More is asked than is allowed", self._limits),
            ("A model is asked that isn't there", self._unknown),
            ("A stranger asks", self._stranger),
            ("No copy is left", self._from_zero),
            ("A copy is back", self._back),
        )
        self.checks = tried(steps, self._session.steps)

    def _ask(self, model: str, question: str) -> Text:
        text = self._texts.ask(model=model, messages=[{"role": "user", "content": question}], **SETTINGS)
        self.said.append(Said(model, question, text))
        return text

    def _answers(self, check: Check) -> None:
        for question in self._questions:
            texts = {model: self._ask(model, question) for model in (BASE, *ADAPTERS)}
            for model, text in texts.items():
                check.must(text.status == 200 and bool(text.said), f"{model} must answer, got {text.status} {text.said}")
                check.must(text.body.get("model") == model, f"the response must name {model}, got {text.body.get('model')}")
            different = len({text.said for text in texts.values()})
            check.must(self._own or different == len(texts), f"each adapter must change the words, got {different} different texts")
        check.seen = f"{len(self.said)} texts of {1 + len(ADAPTERS)} models"

    def _streamed(self, check: Check) -> None:
        question = self._questions[0]
        streamed = self._texts.stream(model=BASE, messages=[{"role": "user", "content": question}], **SETTINGS)
        whole = next(each.text for each in self.said if (each.model, each.question) == (BASE, question))
        check.must("".join(streamed.pieces) == streamed.said == whole.said, "the pieces must make up the text that comes at once")
        check.must(len(streamed.pieces) > 1, f"there must be several pieces, got {len(streamed.pieces)}")
        check.must(streamed.body.get("usage") == whole.body["usage"], "the same tokens must be counted")
        check.seen = f"{len(streamed.pieces)} pieces, the first after {streamed.first_seconds} s"

    def _limits(self, check: Check) -> None:
        message = {"role": "user", "content": QUESTION}
        tried: dict[str, tuple[int, dict[str, Any]]] = {
            "61 tokens": (400, {"messages": [message], "max_tokens": 61}),
            "a prompt of 2,001 bytes": (413, {"messages": [{"role": "user", "content": "é" * 1000 + "e"}]}),
            "eight texts at once": (400, {"messages": [message], "n": 8}),
            "a message without a role": (400, {"messages": [{"content": QUESTION}]}),
            "no messages": (400, {"prompt": QUESTION}),
        }
        for what, (status, body) in tried.items():
            reply = self._texts.ask(**body)
            check.must(reply.status == status, f"{what} must be refused with {status}, got {reply.status} {reply.said}")
        check.seen = f"{', '.join(tried)}: refused"

    def _unknown(self, check: Check) -> None:
        for model in ("other", self.components[BASE]):
            reply = self._texts.ask(model=model, messages=[{"role": "user", "content": QUESTION}])
            check.must(reply.status == 404, f"{model} must not be found, got {reply.status} {reply.said}")
        check.seen = "HTTP 404"

    def _stranger(self, check: Check) -> None:
        reply = self._strangers.ask(messages=[{"role": "user", "content": QUESTION}])
        check.must(reply.status == 403, f"who signs nothing must be refused, got {reply.status} {reply.said}")
        check.seen = f"HTTP {reply.status}"

    def _from_zero(self, check: Check) -> None:
        self._scale(0)
        for model in (BASE, ADAPTERS[0]):
            reply = self._ask(model, QUESTION)
            check.must(reply.status == 429 and "retry-after" in reply.headers, f"{model} must be asked again later, got {reply.status}")
            found = self._told(self.components[model])
            check.must(found >= 1, f"NoCapacityInvocationFailures of {model} must be told, got {found}")
        check.seen = f"HTTP 429, again after {reply.headers.get('retry-after')} s; what wakes the model is counted"

    def _back(self, check: Check) -> None:
        self._scale(1)
        for model in (BASE, ADAPTERS[0]):
            reply = self._ask(model, QUESTION)
            check.must(reply.status == 200, f"{model} must answer again, got {reply.status} {reply.said}")
        check.seen = "the model and an adapter answer again"

    def _scale(self, copies: int) -> None:
        """Does what Application Auto Scaling does."""
        sagemaker, name = self._session.aws.client("sagemaker"), self.components[BASE]
        sagemaker.update_inference_component_runtime_config(InferenceComponentName=name, DesiredRuntimeConfig={"CopyCount": copies})
        until = time.monotonic() + WAIT_SECONDS
        while sagemaker.describe_inference_component(InferenceComponentName=name)["InferenceComponentStatus"] != "InService":
            if time.monotonic() > until:
                raise ValueError(f"{name} must have {copies} copies after {WAIT_SECONDS:.0f} s")
            time.sleep(0.2)

    def _told(self, component: str) -> float:
        """How often CloudWatch was told that a component had no copy."""
        until = time.monotonic() + WAIT_SECONDS / 6
        while True:
            found = self._sum(component)
            if found or time.monotonic() > until:
                return found
            time.sleep(0.5)

    def _sum(self, component: str) -> float:
        now = time.time()
        points = self._session.aws.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName="NoCapacityInvocationFailures",
            Dimensions=[{"Name": "InferenceComponentName", "Value": component}],
            StartTime=now - 600,
            EndTime=now + 60,
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))
