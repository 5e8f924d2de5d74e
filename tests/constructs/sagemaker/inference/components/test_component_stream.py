import pytest

from tests.constructs.sagemaker.inference.components.text_scene import TextScene


@pytest.fixture(scope="module")
def scene() -> TextScene:
    return TextScene()


def test_the_stream_answers_beside_the_whole_texts_with_the_same_settings(scene: TextScene) -> None:
    functions = {each["Handler"]: each for each in scene.properties("AWS::Lambda::Function")}
    whole, parts = (functions[f"{name}.handler.handler"]["Environment"]["Variables"] for name in ("generate_text", "stream_text"))
    assert parts["ENDPOINT_NAME"] == whole["ENDPOINT_NAME"]
    assert (parts["AWS_LAMBDA_EXEC_WRAPPER"], parts["TIMEOUT_SECONDS"]) == ("/var/task/streaming/wrapper", "60")
    assert functions["stream_text.handler.handler"]["Timeout"] == 900
    methods = [each for each in scene.properties("AWS::ApiGateway::Method") if each["HttpMethod"] == "POST"]
    assert sorted(each["Integration"].get("ResponseTransferMode", "BUFFERED") for each in methods) == ["BUFFERED", "STREAM"]


def test_the_stream_may_ask_for_streams_only(scene: TextScene) -> None:
    policies = scene.template.find_resources("AWS::IAM::Policy").items()
    allowed = {
        name: str(each["Properties"]["PolicyDocument"])
        for name, each in policies
        if name.startswith(("StreamFunctionRole", "InferenceFunctionRole"))
    }
    streams, wholes = (next(each for name, each in allowed.items() if name.startswith(start)) for start in ("Stream", "Inference"))
    assert "sagemaker:InvokeEndpointWithResponseStream'" in streams
    assert "sagemaker:InvokeEndpoint'" not in streams
    assert "sagemaker:InvokeEndpoint'" in wholes


def test_its_address_is_below_that_of_whole_texts(scene: TextScene) -> None:
    assert scene.stream is not None
    assert str(scene.stack.resolve(scene.stream.url)).endswith("/predictions/stream']]}")
