from typing import Any

from tests.constructs.sagemaker.inference.front.front_scene import ENDPOINT, FrontScene, everything, plain


def function(scene: FrontScene) -> Any:
    (found,) = [each for each in scene.found("AWS::Lambda::Function") if str(each["Handler"]).endswith("handler.handler")]
    return found


def test_the_function_is_told_its_endpoint_and_its_limits() -> None:
    told = function(plain())["Environment"]["Variables"]
    expected = {
        "CONTENT_TYPES": "application/json,text/csv",
        "ENDPOINT_NAME": ENDPOINT,
        "MAX_REQUEST_BYTES": "1048576",
        "POWERTOOLS_METRICS_NAMESPACE": "MlBlueprints/Stack",
        "TIMEOUT_SECONDS": "25",
    }
    assert told.items() >= expected.items()
    assert function(plain())["Handler"] == "invoke_endpoint.handler.handler"


def test_another_kind_is_told_more() -> None:
    assert function(everything())["Environment"]["Variables"]["MORE"] == "told"


def test_the_function_ends_when_api_gateway_stops_waiting() -> None:
    assert function(plain())["Timeout"] == 29


def test_the_account_alone_limits_concurrency_unless_some_is_reserved() -> None:
    assert "ReservedConcurrentExecutions" not in function(plain())
    assert function(everything())["ReservedConcurrentExecutions"] == 50


def test_the_function_may_ask_its_endpoint_and_nothing_else_of_sagemaker() -> None:
    statements = [each for policy in plain().found("AWS::IAM::Policy") for each in policy["PolicyDocument"]["Statement"]]
    of_sagemaker = [each for each in statements if "sagemaker" in str(each["Action"])]
    assert of_sagemaker == [
        {
            "Action": "sagemaker:InvokeEndpoint",
            "Effect": "Allow",
            "Resource": f"arn:aws:sagemaker:eu-central-1:111122223333:endpoint/{ENDPOINT}",
        }
    ]
