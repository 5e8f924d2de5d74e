import re
from typing import Any

import aws_cdk as cdk
import pytest
from constructs import Construct

from ml_constructs.sagemaker.inference.endpoints.endpoint_name import LONGEST, endpoint_name
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import GUID

NAME = re.compile(r"[a-z0-9](-*[a-z0-9]){0,62}")
START_OF_ID = "01234567"


def parts(stack: cdk.Stack, *path: str, forces: tuple[str, ...] = ()) -> list[Any]:
    scope: Construct = stack
    for name in path:
        scope = Construct(scope, name)
    joined: list[Any] = stack.resolve(endpoint_name(scope, forces))["Fn::Join"][1]
    return joined


def full(joined: list[Any]) -> str:
    """The name as CloudFormation puts it together."""
    return "".join(part if isinstance(part, str) else START_OF_ID for part in joined)


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Churn")


def test_the_name_tells_stack_and_construct_and_the_start_of_the_stacks_id(stack: cdk.Stack) -> None:
    assert parts(stack, "Endpoint") == ["churn-endpoint-", GUID]


def test_endpoints_of_one_stack_differ_by_their_place(stack: cdk.Stack) -> None:
    assert parts(stack, "Blue", "Server") != parts(stack, "Green", "Server")


def test_what_forces_a_new_endpoint_gives_it_another_name(stack: cdk.Stack) -> None:
    names = {full(parts(stack, f"Forced{n}", forces=forces))[14:] for n, forces in enumerate([("a",), ("b",), ("a", "b")])}
    assert len(names) == 3


def test_the_order_of_what_forces_it_does_not_matter(stack: cdk.Stack) -> None:
    assert full(parts(stack, "OrderA", forces=("a", "b")))[12:] == full(parts(stack, "OrderB", forces=("b", "a")))[12:]


@pytest.mark.parametrize("forces", [(), ("ml.m5.large",)])
@pytest.mark.parametrize("name", ["C", "Real-time--Inference-of-a-team-with-a-very-long-name-for-its-stacks-in-production"])
@pytest.mark.parametrize("place", [("E",), ("A-rather-long-one-", "with-an-even-longer-one-below-it")])
def test_names_are_as_sagemaker_takes_them(name: str, place: tuple[str, ...], forces: tuple[str, ...]) -> None:
    made = full(parts(cdk.Stack(cdk.App(), name), *place, forces=forces))
    assert NAME.fullmatch(made)
    assert len(made) <= LONGEST
