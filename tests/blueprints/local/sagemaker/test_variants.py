"""Variants let requests in, and take their parts of them."""

import threading
from typing import Any

import pytest

from blueprints.local.sagemaker import variants
from blueprints.local.sagemaker.variants import Variant, pick
from blueprints.local.stand_ins import StandInError
from tests.waiting import until

SERVERLESS = {"VariantName": "v", "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}


class FakeHost:
    running = False

    def start(self) -> None:
        self.running = True

    def stop(self, *, keep: bool) -> None:
        assert keep
        self.running = False


def variant(**settings: Any) -> Variant:
    return Variant({"VariantName": "v", **settings}, None, settings.get("weight", 1.0), 2)


def test_requests_go_to_the_variant_they_name() -> None:
    assert pick([variant(), variant(VariantName="w")], "w").name == "w"
    with pytest.raises(StandInError, match="TargetVariant must be one of v, w, got x"):
        pick([variant(), variant(VariantName="w")], "x")


def test_requests_go_by_weight_otherwise() -> None:
    found = {pick([variant(weight=0.0), variant(VariantName="w", weight=2.0)], None).name for _ in range(20)}
    assert found == {"w"}
    assert pick([variant(weight=0.0)], None).name == "v"


def test_a_serverless_variant_starts_cold_and_throttles() -> None:
    setups: list[float] = []
    host, inside, goes_on = FakeHost(), threading.Event(), threading.Event()
    serverless = Variant(SERVERLESS, host, 1.0, 0)  # type: ignore[arg-type]

    def ask() -> None:
        with serverless.admitted(setups.append):
            inside.set()
            assert goes_on.wait(10)

    first = threading.Thread(target=ask)
    first.start()
    assert inside.wait(10)
    with pytest.raises(StandInError, match="ThrottlingException: Rate exceeded") as refusal, serverless.admitted(setups.append):
        pass
    goes_on.set()
    first.join()
    ask()
    assert (refusal.value.status, len(setups), host.running) == (429, 1, True)


def test_a_serverless_variant_rests_when_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "IDLE_SECONDS", 0.0)
    host = FakeHost()
    with Variant(SERVERLESS, host, 1.0, 0).admitted(lambda _: None):  # type: ignore[arg-type]
        assert host.running
    until(lambda: not host.running)


def test_instances_and_provisioned_concurrency_are_always_there() -> None:
    provisioned = {**SERVERLESS, "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1, "ProvisionedConcurrency": 1}}
    assert Variant(provisioned, None, 1.0, 0).provisioned
    assert variant().provisioned
    assert not Variant(SERVERLESS, None, 1.0, 0).provisioned


def test_variants_are_told_as_what_they_are() -> None:
    weights = {"VariantName": "v", "CurrentWeight": 1.0, "DesiredWeight": 1.0}
    counts = {"CurrentInstanceCount": 2, "DesiredInstanceCount": 2}
    scaling = {"ManagedInstanceScaling": {"MinInstanceCount": 0}}
    assert variant(ModelName="m", InitialInstanceCount=2, **scaling).told() == {**weights, **counts, **scaling}
    serverless = {"CurrentServerlessConfig": SERVERLESS["ServerlessConfig"], "DesiredServerlessConfig": SERVERLESS["ServerlessConfig"]}
    assert Variant(SERVERLESS, None, 1.0, 0).told() == {**weights, **serverless}
    assert variant(**scaling).told() == {**weights, **scaling}
