from dataclasses import replace

import aws_cdk as cdk
import pytest

from ml_constructs.foundation import HandlerDefaults, HandlerFunction


def acknowledged(construct: cdk.Resource) -> set[str]:
    entries = [entry.data for entry in construct.node.metadata if entry.type == "aws:cdk:acknowledged-rules"]
    return {rule for entry in entries for rule in entry}


@pytest.fixture
def function(stack: cdk.Stack, defaults: HandlerDefaults) -> HandlerFunction:
    return HandlerFunction(stack, "Echo", package="echo_event", defaults=defaults)


def test_concurrency_dead_letters_and_the_missing_network_are_explained(function: HandlerFunction) -> None:
    assert acknowledged(function) == {
        "HIPAA.Security::HIPAA.Security-LambdaConcurrency",
        "HIPAA.Security::HIPAA.Security-LambdaDLQ",
        "HIPAA.Security::HIPAA.Security-LambdaInsideVPC",
        "NIST.800.53.R5::NIST.800.53.R5-LambdaConcurrency",
        "NIST.800.53.R5::NIST.800.53.R5-LambdaDLQ",
        "NIST.800.53.R5::NIST.800.53.R5-LambdaInsideVPC",
        "PCI.DSS.321::PCI.DSS.321-LambdaInsideVPC",
        "Serverless::Serverless-LambdaDLQ",
    }


def test_an_encrypted_log_needs_no_explanation(stack: cdk.Stack, function: HandlerFunction) -> None:
    assert acknowledged(stack.node.find_child("EchoLogs")) == set()


def test_a_log_without_a_key_is_explained(stack: cdk.Stack, defaults: HandlerDefaults) -> None:
    HandlerFunction(stack, "Echo", package="echo_event", defaults=replace(defaults, key=None))
    assert {rule.partition("-")[2] for rule in acknowledged(stack.node.find_child("EchoLogs"))} == {"CloudWatchLogGroupEncrypted"}
