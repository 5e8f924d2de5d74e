import pytest

from blueprints.trying import serverless_inference
from blueprints.trying.prediction_trial import SAMPLES
from blueprints.trying.predictions import Reply
from blueprints.trying.serverless_inference import NAME, Serverless, Trial
from tests.blueprints.trying.front_deployment import Deployment, failure

INPUTS = {path.name: path for path in sorted((SAMPLES / NAME).iterdir())}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serverless_inference, "REQUESTS", 3)


def wrong(deployed: Deployment) -> dict[str, list[str]]:
    shown = Serverless(deployed.session, INPUTS)
    shown.run()
    return {check.name: check.wrong for check in shown.checks if check.wrong}


def test_a_deployment_that_does_what_it_should_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrong(Deployment().install(monkeypatch)) == {}


@pytest.mark.parametrize(
    ("what", "steps"),
    [
        ("answers wrongly", {"Wines are told apart"}),
        ("breaks down", {"Wines are told apart", "3 requests come at once"}),
        ("tells the container's words", {"The model fails on a request"}),
        ("takes everything", {"Wines are told apart", "The model fails on a request", "Requests that the model isn't given"}),
        ("lets everybody in", {"Somebody who isn't known asks"}),
        ("role may do everything", {"The role asks for what isn't its own"}),
    ],
)
def test_what_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch, what: str, steps: set[str]) -> None:
    assert set(wrong(Deployment(what).install(monkeypatch))) == steps


def test_requests_may_be_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = Deployment().install(monkeypatch)
    answers = [deployed.ask_file(INPUTS["one-wine.csv"]), failure(429, "Too many requests at once.")]

    def at_once(*_: object) -> tuple[list[Reply], float]:
        return answers, 1.0

    monkeypatch.setattr(Serverless, "asked_at_once", at_once)
    assert wrong(deployed) == {}
    answers.pop(0)
    assert wrong(deployed) == {"3 requests come at once": ["some must be answered, got none"]}


def test_the_trial_tries_this_blueprint(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial()
    assert trial.run(Deployment().install(monkeypatch).session, [])
    assert [asked.path.name for asked in trial.asked] == sorted(INPUTS)
