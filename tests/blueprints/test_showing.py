import io
from typing import Any

import pytest
from rich.console import Console

from blueprints import showing
from stacks.catalogue import CATALOGUE, TIERS


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return showing.description(CATALOGUE["foundation"])


def printed(told: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=100)
    showing.print_description(CATALOGUE["foundation"], told, console)
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


def test_the_catalogue_is_in_the_order_of_the_tiers() -> None:
    places = [TIERS.index(entry.tier) for entry in showing.catalogue()]
    assert places == sorted(places)
    assert len(places) == len(CATALOGUE)


def test_a_description_has_settings_outputs_and_samples(told: dict[str, Any]) -> None:
    assert {setting["path"] for setting in told["settings"]} >= {"data_on_removal", "shared_network.cidr", "audit.lock_days"}
    assert set(told["outputs"]) == {"KeyArn", "AccessLogBucket", "AlarmTopicArn"}
    assert told["samples"] == ["settings/foundation/comprehensive.yaml", "settings/foundation/minimal.yaml"]


def test_the_status_of_each_service_is_told(told: dict[str, Any]) -> None:
    service = {"name": "Amazon Oracle", "status": "closed", "date": "2026-07-30", "source": "https://docs.aws.amazon.com/"}
    text = printed({**told, "services": [service]})
    assert "closed (2026-07-30)" in text
    assert "Amazon Oracle" in text


def test_each_setting_is_told_with_default_choices_and_purpose(told: dict[str, Any]) -> None:
    text = printed(told)
    assert "= keep" in text
    assert "keep, destroy" in text
    assert "What becomes of buckets" in text


def test_a_long_list_of_choices_is_shortened(told: dict[str, Any]) -> None:
    assert "see --json" in printed(told)
    assert "transcribestreaming" not in printed(told)
