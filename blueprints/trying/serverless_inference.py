"""Sends wines through serverless-inference."""

from collections import Counter
from collections.abc import Sequence

from blueprints.trying.checks import Check, Step
from blueprints.trying.prediction_checks import Demonstration
from blueprints.trying.prediction_trial import PredictionTrial
from blueprints.trying.sample_models import alike, wines

NAME = "serverless-inference"
MANY, ONE, BROKEN = "wines.json", "one-wine.csv", "no-wine.json"
REQUESTS = 12
"""At once: many more than the settings of the trial let the endpoint serve."""


class Serverless(Demonstration):
    """Asks the sample model about wines, as an identity of IAM."""

    stack = NAME
    limit_bytes = 4 * 1024 * 1024

    @property
    def steps(self) -> Sequence[Step]:
        """What is shown, in order."""
        one, broken = self._inputs[ONE], self._inputs[BROKEN]
        return (
            ("Wines are told apart", self._told_apart),
            ("The model fails on a request", lambda check: self.not_understood(check, broken, 502)),
            ("Requests that the model isn't given", self.refused_by_front),
            ("Somebody who isn't known asks", lambda check: self.refused_without_identity(check, one)),
            ("The role asks for what isn't its own", lambda check: self.role_is_bound(check, one)),
            (f"{REQUESTS} requests come at once", self._burst),
        )

    def _told_apart(self, check: Check) -> None:
        for name in (MANY, ONE):
            reply, expected = self._model.ask_file(self._inputs[name]), wines(self._inputs[name].read_text(encoding="utf-8"))
            check.must(reply.status == 200 and alike(reply.text, expected), f"{name} must be {expected}, got {reply.status} {reply.text}")
            check.seen += f"{'; ' if check.seen else ''}{name}: {len(expected)} as the model says when it is run directly"

    def _burst(self, check: Check) -> None:
        replies, seconds = self.asked_at_once(self._inputs[ONE], REQUESTS)
        statuses = Counter(reply.status for reply in replies)
        check.seen = f"{statuses[200]} answered, {statuses[429]} told to ask again, in {seconds:.1f} s"
        check.must(statuses[200] > 0, "some must be answered, got none")
        check.must(set(statuses) <= {200, 429}, f"the others must be told to ask again, got {dict(statuses)}")


class Trial(PredictionTrial):
    """Shows the sample wines being told apart; or the user's files."""

    def __init__(self) -> None:
        super().__init__(NAME, Serverless)
