"""The control plane as clients meet it."""

import pytest
from botocore.exceptions import ClientError

from tests.blueprints.local.serving import ROLE, VARIANT, Served

SERVERLESS = {"VariantName": "AllTraffic", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
INSTANCES, CONCURRENCY = "sagemaker:variant:DesiredInstanceCount", "sagemaker:variant:DesiredProvisionedConcurrency"
COPIES = "sagemaker:inference-component:DesiredCopyCount"


def test_requests_are_checked_by_the_services_model(served: Served) -> None:
    with pytest.raises(ClientError, match=r"ValidationException.*Value at '/ModelName' failed to satisfy constraint"):
        served.sagemaker.create_model(ModelName="not a name", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "a"})


def test_variants_are_scaled_by_what_they_have(served: Served) -> None:
    served.endpoint(VARIANT, name="e")
    served.endpoint(SERVERLESS, name="f")
    scalable = served.control.scalable
    assert scalable("endpoint/e/variant/AllTraffic", INSTANCES)
    assert not scalable("endpoint/e/variant/AllTraffic", CONCURRENCY)
    assert not scalable("endpoint/e/variant/Other", INSTANCES)
    assert not scalable("endpoint/gone/variant/AllTraffic", INSTANCES)
    assert scalable("endpoint/f/variant/AllTraffic", CONCURRENCY)


def test_components_are_scaled_by_copies(served: Served) -> None:
    served.endpoint({"VariantName": "AllTraffic", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}, ExecutionRoleArn=ROLE)
    served.component("base", {"ModelName": "m", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}})
    assert served.control.scalable("inference-component/base", COPIES)
    assert not served.control.scalable("inference-component/base", INSTANCES)
    assert not served.control.scalable("inference-component/gone", COPIES)
