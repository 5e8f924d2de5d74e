import pytest

from blueprints.trying import real_time_inference
from blueprints.trying.prediction_trial import SAMPLES
from blueprints.trying.real_time_inference import NAME, RealTime, Trial
from tests.blueprints.trying.front_deployment import Deployment

INPUTS = {path.name: path for path in sorted((SAMPLES / NAME).iterdir())}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_time_inference, "WAIT_SECONDS", 0)
    monkeypatch.setattr(real_time_inference, "REQUESTS", 3)


def wrong(monkeypatch: pytest.MonkeyPatch, *what: str) -> dict[str, list[str]]:
    deployed = Deployment(*what).install(monkeypatch)
    shown = RealTime(deployed.session, INPUTS)
    shown.run()
    return {check.name: check.wrong for check in shown.checks if check.wrong}


def test_a_deployment_that_does_what_it_should_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrong(monkeypatch) == {}


@pytest.mark.parametrize(
    ("what", "steps"),
    [
        ("answers wrongly", {"Customers are scored", "3 requests come at once"}),
        ("breaks down", {"Customers are scored", "3 requests come at once"}),
        ("tells the container's words", {"The model can't read a request"}),
        ("lets everybody in", {"Somebody who isn't signed in asks"}),
        ("role may do everything", {"The role asks for what isn't its own"}),
        ("endpoint takes everything", {"The role asks for what isn't its own"}),
        ("captures nothing", {"Requests and answers are captured"}),
        ("captures one side", {"Requests and answers are captured"}),
        ("encrypts otherwise", {"Requests and answers are captured"}),
    ],
)
def test_what_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch, what: str, steps: set[str]) -> None:
    assert set(wrong(monkeypatch, what)) == steps


def test_the_trial_tries_this_blueprint(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial()
    assert trial.run(Deployment().install(monkeypatch).session, [])
    assert [asked.path.name for asked in trial.asked] == sorted(INPUTS)
