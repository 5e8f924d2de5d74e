import gc

import aws_cdk as cdk
from constructs import Construct

from ml_constructs.foundation.singletons import once_per_stack


class Shared(Construct):
    """Something that a stack needs once."""


class Other(Construct):
    """Something else."""


def test_everything_in_a_stack_gets_the_same(stack: cdk.Stack) -> None:
    assert once_per_stack(Construct(stack, "One"), Shared) is once_per_stack(Construct(stack, "Other"), Shared)
    assert stack.node.find_child("Shared") is once_per_stack(stack, Shared)


def test_another_stack_gets_its_own(app: cdk.App, stack: cdk.Stack) -> None:
    assert once_per_stack(stack, Shared) is not once_per_stack(cdk.Stack(app, "Second"), Shared)


def test_another_kind_is_another_construct(stack: cdk.Stack) -> None:
    assert [once_per_stack(stack, kind).node.id for kind in (Shared, Other)] == ["Shared", "Other"]


def test_it_is_found_again_when_nobody_holds_it_or_its_stack(app: cdk.App) -> None:
    first = id(once_per_stack(cdk.Stack(app, "Second"), Shared))
    gc.collect()
    second = app.node.find_child("Second")
    assert isinstance(second, cdk.Stack)
    assert id(once_per_stack(second, Shared)) == first
