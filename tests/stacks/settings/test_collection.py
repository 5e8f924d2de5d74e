from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import Field

from stacks import catalogue
from stacks.catalogue import Entry
from stacks.settings import SettingsError, load
from stacks.settings.collection import Collection
from stacks.settings.models import BlueprintSettings, ExistingNetwork

Write = Callable[[str], Path]

SHARED = """network: foundation
foundation: writer
deployments:
  reader: {calls: [sqs, textract]}
  writer: {network: own, shares: [sqs]}
"""


class Settings(BlueprintSettings):
    NETWORKS: ClassVar[tuple[str, ...]] = ("own", "foundation", "existing")

    size: int = Field(default=1, ge=1, le=9)
    calls: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()

    @property
    def required_endpoints(self) -> tuple[str, ...]:
        return self.calls

    @property
    def shared_endpoints(self) -> tuple[str, ...]:
        return self.shares


@pytest.fixture(autouse=True)
def _blueprints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two blueprints without stacks, so that reading settings is all that is tested."""
    names = ("reader", "writer")
    entries: Mapping[str, Any] = {name: Entry(name, name, "ai-services", "", (), name.capitalize()) for name in names}
    monkeypatch.setattr(catalogue, "CATALOGUE", entries)
    monkeypatch.setattr("stacks.settings.collection.CATALOGUE", entries)
    monkeypatch.setattr(Entry, "settings_model", lambda _: Settings)


def problems(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(path)
    return str(caught.value).replace(str(path), "FILE").splitlines()


def only(collection: Collection) -> Any:
    (deployment,) = collection.deployments
    return deployment


def test_an_empty_file_deploys_nothing(settings_file: Write) -> None:
    collection = load(settings_file(""))
    assert collection.deployments == ()
    assert collection.settings.compliance == "baseline"


@pytest.mark.parametrize("text", ["deployments: {reader: {}}", "deployments:\n  reader:\n"])
def test_a_deployment_may_be_called_after_its_blueprint(settings_file: Write, text: str) -> None:
    deployment = only(load(settings_file(text)))
    assert (deployment.name, deployment.entry.name, deployment.settings, deployment.network) == ("reader", "reader", Settings(), "own")


def test_a_deployment_of_another_name_names_its_blueprint(settings_file: Write) -> None:
    deployment = only(load(settings_file("deployments: {invoices: {blueprint: reader, size: 3}}")))
    assert (deployment.name, deployment.entry.name, deployment.settings.size) == ("invoices", "reader", 3)


def test_a_network_of_its_own_goes_before_that_of_the_file(settings_file: Write) -> None:
    text = "network: foundation\ndeployments: {reader: {}, writer: {network: own}}"
    assert [deployment.network for deployment in load(settings_file(text)).deployments] == ["foundation", "own"]


def test_a_network_that_stands_already_is_described(settings_file: Write) -> None:
    network = """
network:
  vpc_id: vpc-0123456789abcdef0
  subnet_ids: [subnet-0123456789abcdef0]
  availability_zones: [eu-west-1a]
  security_group_ids: [sg-0123456789abcdef0]
deployments: {reader: {}}
"""
    deployment = only(load(settings_file(network)))
    assert isinstance(deployment.network, ExistingNetwork)
    assert deployment.network.subnet_ids == ("subnet-0123456789abcdef0",)


def test_a_network_that_does_not_suit_the_blueprint_is_refused(settings_file: Write) -> None:
    assert problems(settings_file("deployments:\n  reader: {network: none}\n")) == [
        "FILE:2: deployments.reader.network: none does not suit reader; allowed: own, foundation, existing"
    ]


def test_a_network_of_the_file_that_does_not_suit_the_blueprint_is_refused(settings_file: Write) -> None:
    (problem,) = problems(settings_file("network: none\ndeployments: {reader: {}}\n"))
    assert problem.startswith("FILE:2: deployments.reader.network: none does not suit reader")


def test_what_a_shared_network_lacks_is_told(settings_file: Write) -> None:
    assert problems(settings_file(SHARED)) == [
        "FILE:5: deployments.writer: lacks textract in its network, which the functions of reader call"
    ]


@pytest.mark.parametrize("change", [("[sqs]", "[sqs, textract]"), ("network: foundation", "network: own"), ("foundation: writer", "")])
def test_a_network_that_has_all_or_is_not_joined_or_stands_elsewhere_lacks_nothing(settings_file: Write, change: tuple[str, str]) -> None:
    assert len(load(settings_file(SHARED.replace(*change))).deployments) == 2


def test_an_unknown_blueprint_is_named_with_the_nearest(settings_file: Write) -> None:
    assert problems(settings_file("deployments:\n  raeder: {}\n")) == [
        'FILE:2: deployments.raeder: "raeder" is not a blueprint; allowed: reader, writer; did you mean reader?'
    ]


@pytest.mark.parametrize("blueprint", ["4", "[reader]"])
def test_a_blueprint_that_is_no_name_is_refused(settings_file: Write, blueprint: str) -> None:
    (problem,) = problems(settings_file(f"deployments: {{a: {{blueprint: {blueprint}}}}}"))
    assert "is not a blueprint; allowed: reader, writer" in problem


def test_the_name_of_a_blueprint_is_not_given_to_another_one(settings_file: Write) -> None:
    (problem,) = problems(settings_file("deployments: {reader: {blueprint: writer}}"))
    assert problem.endswith('"writer" is not allowed under the name of another blueprint; allowed: reader')


@pytest.mark.parametrize("name", ["1st", "a_b", "-a", "ä", "a" * 129])
def test_a_name_that_no_stack_can_have_is_refused(settings_file: Write, name: str) -> None:
    (problem,) = problems(settings_file(f"deployments: {{{name}: {{blueprint: reader}}}}"))
    assert "is no name for a deployment" in problem


@pytest.mark.parametrize("text", ["- a", "3", "text"])
def test_a_file_that_is_no_mapping_is_refused(settings_file: Write, text: str) -> None:
    (problem,) = problems(settings_file(text))
    assert problem.endswith("is not a mapping of settings")


def test_everything_wrong_is_reported_at_once_in_the_order_of_the_file(settings_file: Write) -> None:
    text = """
complience: hipaa
rules: maybe
rules: on
deployments:
  reader: {size: 10, network: none}
  writer:
    sise: 3
    data_on_removal: destory
  other: {}
  third: 3
"""
    found = problems(settings_file(text))
    assert [line.split(": ")[:2] for line in found] == [
        ["FILE:2", "complience"],
        ["FILE:3", "rules"],
        ["FILE:4", "rules"],
        ["FILE:6", "deployments.reader.network"],
        ["FILE:6", "deployments.reader.size"],
        ["FILE:8", "deployments.writer.sise"],
        ["FILE:9", "deployments.writer.data_on_removal"],
        ["FILE:10", "deployments.other"],
        ["FILE:11", "deployments.third"],
        ["FILE:11", "deployments.third"],
    ]


def test_numbers_are_not_taken_from_text(settings_file: Write) -> None:
    (problem,) = problems(settings_file('deployments: {reader: {size: "3"}}'))
    assert problem.endswith('"3" is not allowed; allowed: a whole number, 1 to 9')
