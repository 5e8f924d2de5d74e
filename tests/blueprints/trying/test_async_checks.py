import pytest

from blueprints.trying.async_checks import Demonstration
from blueprints.trying.async_inference import SAMPLES
from blueprints.trying.async_uploads import Index, follow, inputs_of
from tests.blueprints.trying.async_deployment import Deployment, impatient


def shown(monkeypatch: pytest.MonkeyPatch, *wrong: str) -> dict[str, list[str]]:
    """What was found wrong, by the names of the checks."""
    impatient(monkeypatch)
    deployment, outcomes = Deployment(*wrong), inputs_of(sorted(SAMPLES.iterdir()))
    index = Index(deployment.session)
    follow(deployment.session, index, outcomes)
    demonstration = Demonstration(deployment.session, index, outcomes)
    demonstration.run()
    return {check.name: check.wrong for check in demonstration.checks}


def test_a_deployment_that_works_passes_every_check(monkeypatch: pytest.MonkeyPatch) -> None:
    found = shown(monkeypatch)
    assert len(found) == 8
    assert [wrong for wrong in found.values() if wrong] == []


@pytest.mark.parametrize(
    ("wrong", "name", "said"),
    [
        ("a line is lost", "Each line of a file has its prediction", "customers.csv has 199 predictions for 200 lines"),
        ("no probabilities", "Each line of a file has its prediction", "customers.csv has predictions that are no probabilities"),
        ("other encryption", "Answers are encrypted with the deployment's key", "the answer is not encrypted by KMS"),
        ("repeats itself", "An event that comes again has no effect", "there is another answer"),
        ("takes everything", "Files that no model takes are refused", "empty.csv should be EMPTY"),
        ("container is silent", "What the model fails on is kept with its reason", "what the container said is not there"),
        ("moves nothing", "What failed can be sent again", "the second attempt has no end"),
        ("loses track", "What is never answered ends all the same", "the row should be lost"),
        ("is deaf", "An answer after all is recorded", "the notice was not recorded"),
    ],
)
def test_what_is_wrong_is_noticed(monkeypatch: pytest.MonkeyPatch, wrong: str, name: str, said: str) -> None:
    assert said in shown(monkeypatch, wrong)[name]
