"""Deployed functions run in AWS's own runtime interface client, and find the public layer of Powertools."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw

PARAMETER = "/aws/service/powertools/python/arm64/python3.14/latest"
RAISES = "def handler(event, context):\n    raise KeyError('absent')\n"
IMPORTS = "def handler(event, context):\n    import aws_lambda_powertools\n    return aws_lambda_powertools.__name__\n"


def run(aws: EmbeddedAws, stack: str, code: str, **properties: Any) -> tuple[Any, bool]:
    resources = {"Role": raw.role("lambda.amazonaws.com"), "Function": raw.function("Role", code, **properties)}
    return raw.invoke(aws, raw.deploy(aws, stack, resources, {"Name": raw.ref("Function")})["Name"])


@pytest.mark.long
def test_ministack_loses_the_type_and_the_trace_of_an_error(plain_aws: EmbeddedAws) -> None:
    error, failed = run(plain_aws, "raising", RAISES)
    assert failed
    assert error["errorType"] == "Runtime.HandlerError"
    assert "stackTrace" not in error


def test_errors_keep_their_type_and_trace(adapted_aws: EmbeddedAws) -> None:
    error, failed = run(adapted_aws, "raising", RAISES)
    assert failed
    assert (error["errorType"], error["errorMessage"]) == ("KeyError", "'absent'")
    assert "raise KeyError" in error["stackTrace"][0]


@pytest.mark.long
def test_ministack_lets_functions_import_what_is_installed_here(plain_aws: EmbeddedAws) -> None:
    assert run(plain_aws, "importing", IMPORTS) == ("aws_lambda_powertools", False)


def test_functions_import_only_what_they_brought(adapted_aws: EmbeddedAws) -> None:
    error, failed = run(adapted_aws, "importing", IMPORTS)
    assert failed
    assert error["errorMessage"] == "No module named 'aws_lambda_powertools'"


@pytest.mark.long
def test_ministack_holds_nothing_that_aws_publishes(plain_aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="ParameterNotFound"):
        plain_aws.client("ssm").get_parameter(Name=PARAMETER)


def test_the_powertools_layer_is_public(adapted_aws: EmbeddedAws) -> None:
    layer = adapted_aws.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    assert layer == "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python314-arm64:1"
    assert run(adapted_aws, "layered", IMPORTS, Layers=[layer]) == ("aws_lambda_powertools", False)


def test_runs_are_reported(adapted_aws: EmbeddedAws) -> None:
    run(adapted_aws, "reported", "def handler(event, context):\n    return event\n")
    (row,) = [row for row in adapted_aws.report()["functions"] if row["name"].startswith("reported-")]
    assert (row["runtime"], row["provenance"], row["count"], row["failed"]) == ("python3.14", "real", 1, 0)
