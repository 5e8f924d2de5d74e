"""What serves is made with the rights of execution roles."""

import pytest

from blueprints.local.sagemaker.running import Invocation, StartError
from tests.blueprints.local.serving import MODEL, ROLE, VARIANT, Served

SERVERLESS = {"VariantName": "AllTraffic", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}


@pytest.fixture
def served(served: Served) -> Served:
    served.model()
    return served


def test_a_host_acts_as_the_models_role(served: Served) -> None:
    variant = served.control.fleet.variant(VARIANT, {}, served.aws, "e")
    assert served.aws.assumed == [(ROLE, "SageMaker")]
    assert (variant.name, variant.count, variant.weight, variant.role) == ("AllTraffic", 2, 1.0, None)
    served.control.fleet.start(variant)
    assert variant.host is not None
    assert variant.host.invoke(Invocation(b"x")).body == b"a:x"


def test_a_variant_without_a_model_has_the_configurations_role(served: Served) -> None:
    variant = served.control.fleet.variant({"VariantName": "v"}, {"ExecutionRoleArn": ROLE}, served.aws, "e")
    assert (variant.host, variant.role) == (None, served.aws)
    served.control.fleet.start(variant)


def test_a_serverless_variant_shows_that_it_could_and_waits(served: Served) -> None:
    variant = served.control.fleet.variant(SERVERLESS, {}, served.aws, "e")
    served.control.fleet.start(variant)
    assert [container.runs for container in served.containers] == [False]
    served.artifact("a", broken=True)
    with pytest.raises(StartError, match="did not pass the ping health check"):
        served.control.fleet.start(served.control.fleet.variant(SERVERLESS, {}, served.aws, "e"))


def test_the_memory_of_many_models_is_that_of_the_first_instance_type(served: Served) -> None:
    served.model("many", {**MODEL, "Mode": "MultiModel", "ModelDataUrl": "s3://data/models/"})
    pools = {"VariantName": "v", "ModelName": "many", "InstancePools": [{"InstanceType": "ml.m5.4xlarge", "Priority": 1}]}
    variant = served.control.fleet.variant(pools, {}, served.aws, "e")
    assert variant.host is not None
    assert variant.host._served.instance_type == "ml.m5.4xlarge"
