from typing import Any

import pytest
from pydantic import ValidationError

from stacks.settings.models import NETWORK_KINDS, BlueprintSettings, CollectionSettings, ExistingNetwork, network_kind

NETWORK = {
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": ("subnet-0123456789abcdef0",),
    "availability_zones": ("eu-west-1a",),
    "security_group_ids": ("sg-0123456789abcdef0",),
}


def test_a_blueprint_keeps_its_data_and_joins_the_network_of_the_file() -> None:
    settings = BlueprintSettings()
    assert (settings.data_on_removal, settings.network, settings.log_retention_days) == ("keep", None, 365)
    assert settings.NETWORKS == NETWORK_KINDS
    assert (settings.required_endpoints, settings.private_endpoints, settings.shared_endpoints) == ((), (), ())


def test_a_collection_checks_the_baseline_in_networks_of_its_own() -> None:
    settings = CollectionSettings()
    assert (settings.compliance, settings.rules, settings.network, settings.region) == ("baseline", True, "own", None)
    assert settings.deployments == {}


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CollectionSettings().rules = False  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data_on_removal", "forget"),
        ("network", "wifi"),
        ("log_retention_days", 31),
        ("alarm_emails", ["nobody"]),
        ("tags", {"aws:name": "x"}),
        ("tags", {"": "x"}),
        ("tags", {"a": "x" * 257}),
        ("unknown", 1),
    ],
)
def test_a_blueprint_refuses(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        BlueprintSettings(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("compliance", "iso"), ("region", "Frankfurt"), ("foundation", "1st"), ("network", {}), ("deployments", {"a": 3})],
)
def test_a_collection_refuses(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        CollectionSettings(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vpc_id", "my-vpc"),
        ("subnet_ids", ()),
        ("availability_zones", ("eu-west-1",)),
        ("security_group_ids", ("sg-0123456789abcdef0",) * 6),
        ("subnet_ids", ("subnet-0123456789abcdef0",) * 2),
    ],
)
def test_an_existing_network_refuses(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        ExistingNetwork(**{**NETWORK, name: value})


def test_a_network_is_of_the_kind_that_its_name_tells_or_exists() -> None:
    kinds = [network_kind("own"), network_kind(ExistingNetwork(**NETWORK)), network_kind(NETWORK)]  # type: ignore[arg-type]
    assert kinds == ["own", "existing", "existing"]
