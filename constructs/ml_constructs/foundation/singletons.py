"""Constructs of which a stack has one, however many ask for it."""

from typing import TypeVar

from aws_cdk import Stack
from constructs import Construct

T = TypeVar("T", bound=Construct)

# Strong references: jsii makes a new, bare object for a construct whose Python object was collected.
_defined: dict[tuple[Stack, type[Construct]], Construct] = {}


def once_per_stack(scope: Construct, kind: type[T]) -> T:
    """The construct of this kind in the stack that ``scope`` is in, defined on first use under the name of its class.

    Args:
        scope: Anything in the stack.
        kind: Takes a scope and an id and nothing else.
    """
    stack = Stack.of(scope)
    existing = _defined.get((stack, kind))
    if not isinstance(existing, kind):
        existing = kind(stack, kind.__name__)
        _defined[stack, kind] = existing
    return existing
