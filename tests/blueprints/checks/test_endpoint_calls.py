from blueprints.checks.deployed import Account
from blueprints.checks.endpoint_calls import endpoint_targets

ACCOUNT = Account({"s": {"Resources": {}}})
SAGEMAKER = "arn:aws:sagemaker:us-east-1:111122223333"


def test_a_call_is_checked_for_the_endpoint_that_it_names() -> None:
    assert list(endpoint_targets(ACCOUNT, {"EndpointName": "scores"})) == [(f"{SAGEMAKER}:endpoint/scores", ())]
    assert list(endpoint_targets(ACCOUNT, {})) == [(f"{SAGEMAKER}:endpoint/{{unknown}}", ())]


def test_a_call_of_a_component_is_checked_for_both() -> None:
    found = endpoint_targets(ACCOUNT, {"EndpointName": "texts", "InferenceComponentName": "llama"})
    assert [arn for arn, _ in found] == [f"{SAGEMAKER}:endpoint/texts", f"{SAGEMAKER}:inference-component/llama"]


def test_the_model_behind_an_endpoint_is_a_condition() -> None:
    ((_, context),) = endpoint_targets(ACCOUNT, {"EndpointName": "scores", "TargetModel": "acme/one.tar.gz"})
    assert context == (("sagemaker:targetmodel", "acme/one.tar.gz"),)
