import pytest

from blueprints.trying.transform_checks import Demonstration
from tests.blueprints.trying.transform_deployment import Deployment, impatient


def shown(monkeypatch: pytest.MonkeyPatch, *wrong: str) -> dict[str, list[str]]:
    """What was found wrong, by the names of the checks."""
    impatient(monkeypatch)
    demonstration = Demonstration(Deployment(*wrong).session)
    demonstration.run()
    return {check.name: check.wrong for check in demonstration.checks}


def test_a_deployment_that_works_passes_every_check(monkeypatch: pytest.MonkeyPatch) -> None:
    found = shown(monkeypatch)
    assert len(found) == 12
    assert [wrong for wrong in found.values() if wrong] == []


@pytest.mark.parametrize(
    ("wrong", "name", "said"),
    [
        ("answers otherwise", "Results are those of the model, run directly", "customers-1.csv must have the model's 300 probabilities"),
        ("other encryption", "Results are encrypted with the deployment's key", "results must be encrypted by KMS"),
        ("takes everything", "Requests that nobody should pay for are refused", "it must be MALFORMED, got None"),
        ("hides reasons", "What the model fails on ends with its reason", "SageMaker's reason must be kept"),
        ("moves nothing", "What failed can be sent again", "the second attempt must have an end"),
        ("never waits", "One waits for the other", "it must wait, got SUCCEEDED"),
        ("forgets jobs", "An execution that is stopped stops its job", "the job must be stopped, got InProgress"),
        ("never stops", "A job that runs too long is stopped", "the job must be stopped, got InProgress"),
        ("never ends", "A manifest of two files is transformed", "it must succeed, got None"),
    ],
)
def test_what_is_wrong_is_noticed(monkeypatch: pytest.MonkeyPatch, wrong: str, name: str, said: str) -> None:
    assert said in "; ".join(shown(monkeypatch, wrong)[name])
