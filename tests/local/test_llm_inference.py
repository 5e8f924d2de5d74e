"""The deployed llm-inference: real API, functions, roles and artifacts; a small model stands in for those that need accelerators."""

from collections.abc import Iterator

import pytest
from rich.console import Console

from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.llm_inference import Trial
from blueprints.trying.llm_inference_checks import Demonstration
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session
from tests.local.deployments import deployment

pytestmark = pytest.mark.long
NAME = "llm-inference"


@pytest.fixture(scope="module")
def shown(embedded_aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    Trial().prepare(embedded_aws)
    with deployment(NAME, embedded_aws, tmp_path_factory.mktemp("outputs")) as outputs:
        found = Demonstration(Session(embedded_aws, outputs, Steps(Console(quiet=True))))
        found.run()
        yield found


def test_everything_that_is_demonstrated_is_as_it_should_be(shown: Demonstration) -> None:
    assert {check.name: check.wrong for check in shown.checks if check.wrong} == {}
    assert len(shown.checks) == 7


def test_each_adapter_has_words_of_its_own(shown: Demonstration) -> None:
    said = {each.model: each.text.said for each in shown.said if each.text.status == 200}
    assert said["formal"].startswith("Dear customer")
    assert len(said["brief"]) < len(said["assistant"]) < len(said["formal"])


def test_what_starts_a_copy_is_registered(shown: Demonstration, embedded_aws: EmbeddedAws) -> None:
    scaling, alarms = embedded_aws.client("application-autoscaling"), embedded_aws.client("cloudwatch")
    (target,) = [
        each for each in scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] if NAME in each["ResourceId"]
    ]
    assert (target["MinCapacity"], target["ScalableDimension"]) == (0, "sagemaker:inference-component:DesiredCopyCount")
    waking = [each for each in alarms.describe_alarms()["MetricAlarms"] if each.get("MetricName") == "NoCapacityInvocationFailures"]
    assert {each["Dimensions"][0]["Value"] for each in waking} == set(shown.components.values())
