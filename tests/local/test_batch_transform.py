"""The deployed batch-transform: real events, state machine, functions, roles and files; the framework of the model runs its jobs."""

from collections.abc import Iterator

import pytest
from rich.console import Console

from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.steps import Steps
from blueprints.trying.transform_checks import Demonstration
from blueprints.trying.trial import Session
from tests.local.deployments import deployment

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def shown(embedded_aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with deployment("batch-transform", embedded_aws, tmp_path_factory.mktemp("outputs")) as outputs:
        found = Demonstration(Session(embedded_aws, outputs, Steps(Console(quiet=True))))
        found.run()
        yield found


def test_everything_that_is_demonstrated_is_as_it_should_be(shown: Demonstration) -> None:
    assert {check.name: check.wrong for check in shown.checks if check.wrong} == {}
    assert len(shown.checks) == 12


def test_each_request_has_an_end_in_the_index(shown: Demonstration) -> None:
    assert {str(row["status"]) for row in shown.rows.values()} >= {"SUCCEEDED", "FAILED"}


def test_no_job_runs_on(shown: Demonstration, embedded_aws: EmbeddedAws) -> None:
    jobs = embedded_aws.client("sagemaker").list_transform_jobs(MaxResults=100)["TransformJobSummaries"]
    assert len(jobs) >= len([row for row in shown.rows.values() if row["status"] == "SUCCEEDED"])
    assert {job["TransformJobStatus"] for job in jobs} <= {"Completed", "Failed", "Stopped"}
