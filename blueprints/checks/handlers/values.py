"""What an expression of a handler package can stand for, as far as it can be told without running it."""

import ast
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from blueprints.checks.handlers.code import Function, Module
from blueprints.checks.targets import UNKNOWN


@dataclass(frozen=True)
class ApiCall:
    """One call of an AWS API.

    Args:
        service: As boto3 names it.
        method: Of the client.
        parameters: Those that could be told; ``{unknown}`` stands for what could not.
        place: The line that makes the call.
    """

    service: str
    method: str
    parameters: tuple[tuple[str, str], ...]
    place: str


@dataclass(frozen=True)
class Client:
    """A boto3 client, or a resource of the same service."""

    service: str


@dataclass(frozen=True)
class Method:
    """A method of a client, paginator, waiter or table, and the parameters that it already has."""

    service: str
    name: str
    preset: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Bound:
    """A paginator, waiter or table: something whose methods call a fixed service."""

    service: str
    method: str | None
    preset: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Library:
    """A name of another library, such as ``boto3.client``."""

    name: str


@dataclass(frozen=True, eq=False)
class Callable:
    """A function, method or class of the handler packages; ``bound`` is the object or class whose method it is."""

    module: Module
    node: Function | ast.Lambda | ast.ClassDef
    scope: dict[str, "Values"] = field(default_factory=dict)
    bound: "Values" = ()


@dataclass(frozen=True, eq=False)
class Instance:
    """An object of a class of the handler packages."""

    of: Callable
    fields: dict[str, "Values"]


@dataclass(frozen=True)
class Items:
    """A list, tuple or set."""

    items: tuple["Values", ...]


@dataclass(frozen=True, eq=False)
class Fields:
    """A dictionary."""

    fields: dict[str, "Values"]


Value = str | Client | Method | Bound | Library | Callable | Instance | Items | Fields
# All that an expression can stand for; nothing if that can't be told.
Values = tuple[Value, ...]

Scope = dict[str, Values]
_MOST_VALUES = 24


def distinct(values: Iterable[Value]) -> Values:
    """Each value once, as many as are followed."""
    return tuple(dict.fromkeys(values))[:_MOST_VALUES]


def either(*alternatives: Values) -> Values:
    """All that one of several expressions can stand for, which is unknown if one of them is."""
    return distinct(itertools.chain.from_iterable(values or (UNKNOWN,) for values in alternatives))


def is_plain(node: ast.expr | None) -> bool:
    """Whether an expression is None, a number or the like, which names nothing."""
    return node is None or (isinstance(node, ast.Constant) and not isinstance(node.value, str))


def texts(values: Values) -> list[str]:
    """The texts among the values; the unknown one if there is none."""
    return [value for value in values if isinstance(value, str)] or [UNKNOWN]


def elements(values: Values) -> Values:
    """What one goes through when one goes through the values: the items of lists, the keys of dictionaries."""
    found: list[Value] = []
    for value in values:
        match value:
            case Items(items=items):
                found += itertools.chain.from_iterable(items)
            case Fields(fields=fields):
                found += fields
            case _:
                found.append(value)
    return distinct(found)


def known(value: object) -> Values:
    """A value that is told from outside, such as an event."""
    if isinstance(value, Mapping):
        return (Fields({str(name): known(item) for name, item in value.items()}),)
    return (value,) if isinstance(value, str) else ()
