"""The deployed async-inference: real events, queues, topics, functions and roles; XGBoost stands in for the endpoint's instances."""

import functools
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.async_inference import Trial
from blueprints.trying.async_uploads import DONE, Index
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session
from tests.local.deployments import deployment
from tests.waiting import until

pytestmark = pytest.mark.long
NAME = "async-inference"
MANY = 40
eventually = functools.partial(until, seconds=90)


class Deployed:
    """A deployment and what its trial came to."""

    def __init__(self, aws: EmbeddedAws, outputs: dict[str, str]) -> None:
        self.aws, self.outputs = aws, outputs
        session = Session(aws, outputs, Steps(Console(quiet=True)))
        self.index, self.trial = Index(session), Trial()
        self.all_well = self.trial.run(session, [])

    def answers(self) -> int:
        pages = self.aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.outputs["ResultsBucketName"], Prefix="answers/")
        return sum(len(page.get("Contents", ())) for page in pages)

    def ended(self, key: str) -> dict[str, Any]:
        found = eventually(lambda: [row for row in self.index.rows(key) if row["status"] in DONE])
        return dict(found[0])


@pytest.fixture(scope="module")
def deployed(embedded_aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployment(NAME, embedded_aws, tmp_path_factory.mktemp("outputs")) as outputs:
        yield Deployed(embedded_aws, outputs)


def test_everything_that_the_trial_shows_is_as_it_must_be(deployed: Deployed) -> None:
    assert {check.name: check.wrong for check in deployed.trial.checks if check.wrong} == {}
    assert deployed.all_well
    assert "XGBoost" in deployed.trial.answered_by


def test_many_files_at_once_have_one_answer_each(deployed: Deployed) -> None:
    before = deployed.answers()
    keys = [f"requests/many/{number}.csv" for number in range(MANY)]
    for key in keys:
        deployed.index.upload(key, b"9,59.9,5.9,0,0,10,10,1\n")
    assert {deployed.ended(key)["status"] for key in keys} == {"SUCCEEDED"}
    assert deployed.answers() == before + MANY


def test_each_version_of_a_file_has_a_row(deployed: Deployed) -> None:
    for content in (b"9,59.9,5.9,0,0,10,10,1\n", b"11,29.9,15.2,0,0,2,0,3\n"):
        deployed.index.upload("requests/twice.csv", content)
    eventually(lambda: [row["status"] for row in deployed.index.rows("requests/twice.csv")] == ["SUCCEEDED"] * 2)


def test_uploads_outside_of_the_prefix_are_nobodys(deployed: Deployed) -> None:
    deployed.index.upload("elsewhere/rows.csv", b"9,59.9,5.9,0,0,10,10,1\n")
    deployed.index.upload("requests/after.csv", b"9,59.9,5.9,0,0,10,10,1\n")
    deployed.ended("requests/after.csv")
    assert deployed.index.rows("elsewhere/rows.csv") == []
