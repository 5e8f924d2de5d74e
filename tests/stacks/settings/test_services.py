from collections.abc import Callable
from typing import Any

import pytest

from ml_constructs.foundation import service_status
from ml_constructs.foundation.service_status import Service
from stacks.catalogue import Entry
from stacks.settings.models import BlueprintSettings
from stacks.settings.services import service_problems

Status = Callable[..., None]


@pytest.fixture
def status(monkeypatch: pytest.MonkeyPatch) -> Status:
    """Says what is known of the one service that the blueprint uses."""

    def say(status: Any, regions: tuple[str, ...] = ()) -> None:
        known = Service(name="Amazon Oracle", status=status, source="https://docs.aws.amazon.com/", date="2026-07-30", replacement="a coin")
        monkeypatch.setattr(service_status, "service", lambda _: known)
        monkeypatch.setattr(service_status, "service_regions", lambda _: regions)

    return say


def found(region: str | None = None, **settings: Any) -> list[tuple[str, str]]:
    entry = Entry("guess", "Guess", "ai-services", "", ("oracle",), "Guess")
    return [(problem.path, problem.message) for problem in service_problems("mine", entry, BlueprintSettings(**settings), region)]


@pytest.mark.parametrize("state", ["open", "ending"])
def test_a_service_that_is_offered_is_no_problem(status: Status, state: str) -> None:
    status(state)
    assert found() == []


def test_a_service_that_has_ended_is_refused_with_its_replacement(status: Status) -> None:
    status("ended")
    message = "guess can't be deployed: Amazon Oracle ended on 2026-07-30; use a coin instead (https://docs.aws.amazon.com/)"
    assert found(existing_customer=True) == [("deployments.mine", message)]


def test_a_closed_service_is_refused_to_new_customers(status: Status) -> None:
    status("closed")
    ((path, message),) = found()
    assert path == "deployments.mine.existing_customer"
    assert message.startswith("false is not allowed: Amazon Oracle closed to new customers on 2026-07-30; allowed: true, if ")


def test_a_closed_service_is_open_to_existing_customers(status: Status) -> None:
    status("closed")
    assert found(existing_customer=True) == []


def test_a_region_without_the_service_is_refused_with_those_that_have_it(status: Status) -> None:
    status("open", regions=("eu-west-1", "us-east-1"))
    message = "guess can't be deployed to eu-north-1: Amazon Oracle isn't there; allowed: eu-west-1, us-east-1"
    assert found("eu-north-1") == [("region", message)]


@pytest.mark.parametrize("region", [None, "eu-west-1"])
def test_a_region_that_has_the_service_or_is_not_known_yet_is_no_problem(status: Status, region: str | None) -> None:
    status("open", regions=("eu-west-1",))
    assert found(region) == []


def test_a_service_of_which_aws_lists_no_regions_is_not_held_to_any(status: Status) -> None:
    status("open")
    assert found("eu-north-1") == []
