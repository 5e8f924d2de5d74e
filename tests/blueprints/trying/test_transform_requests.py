import pytest

from blueprints.trying.transform_requests import Requests
from tests.blueprints.trying.transform_deployment import Deployment, impatient


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)


def test_a_request_is_followed_to_its_results() -> None:
    requests = Requests(Deployment().session)
    requests.put("data/rows.csv", b"1\n2\n")
    row = requests.ended(requests.manifest("rows", ["rows.csv"]))
    assert (row["status"], row["records"]) == ("SUCCEEDED", 2)
    assert requests.results(row) == {"rows.csv.out": b"0.5\n0.5"}
    assert [job["TransformJobName"] for job in requests.jobs()] == [row["job"]]


def test_a_request_that_is_refused_has_its_reason_and_is_told_of() -> None:
    requests = Requests(Deployment().session)
    row = requests.ended(requests.request("some.manifest", b"no json"))
    assert (row["status"], row["reason"]["code"]) == ("REFUSED", "MALFORMED")
    assert requests.waiting("RejectedQueueUrl") == 1


def test_a_request_that_never_ends_is_given_up() -> None:
    requests = Requests(Deployment("never ends").session)
    assert requests.ended(requests.request("some.manifest", b"no json")) == {"status": "NO END", "attempt": 0}


def test_a_request_that_still_runs_when_patience_ends_is_told_as_it_is() -> None:
    deployment = Deployment()
    deployment.holders.add("other")
    requests = Requests(deployment.session)
    requests.put("data/rows.csv", b"1\n")
    assert requests.ended(requests.manifest("rows", ["rows.csv"]))["status"] == "RUNNING"
