"""Finds the calls of AWS APIs that a handler package can make, by following its code without running it."""

import ast
import functools
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from blueprints.checks.handlers.code import Function, read
from blueprints.checks.handlers.expressions import Expressions
from blueprints.checks.handlers.values import (
    ApiCall,
    Bound,
    Callable,
    Client,
    Fields,
    Instance,
    Items,
    Library,
    Method,
    Scope,
    Value,
    Values,
    distinct,
    elements,
    known,
    texts,
)
from blueprints.checks.iam_actions import positional_names
from blueprints.checks.targets import TELLING_PARAMETERS, UNKNOWN


def api_calls(root: Path, package: str, environment: Mapping[str, str], event: Mapping[str, object] | None = None) -> set[ApiCall]:
    """Every call that the ``handler`` of a package can make, through whatever it reaches in the packages beside it.

    Args:
        root: Folder that holds the handler packages.
        package: Name of the package.
        environment: The function's environment variables.
        event: What is known of the events that the function gets.

    Raises:
        ValueError: The package has no function ``handler`` in ``handler.py``.
    """
    return set(_api_calls(root, package, json.dumps(dict(environment), sort_keys=True), json.dumps(event, sort_keys=True)))


@functools.cache
def _api_calls(root: Path, package: str, variables: str, told: str) -> frozenset[ApiCall]:
    """The same function stands in many templates with the same variables."""
    walk = Calls(read(root), json.loads(variables))
    module = walk.code.module(f"{package}.handler")
    if module is None or "handler" not in module.definitions:
        raise ValueError(f"{package} has no function handler in handler.py")
    event = json.loads(told)
    walk.call(walk.definition(module, "handler"), [known(event)] if event else [], {})
    return frozenset(walk.finish())


@functools.cache
def _yields(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))


def _flattened(named: Mapping[str, Values]) -> Iterator[tuple[str, Values]]:
    """Parameters by name, those inside of others as ``Outer.Inner``."""
    for name, values in named.items():
        yield name, values
        for value in (*values, *elements(tuple(value for value in values if isinstance(value, Items)))):
            if isinstance(value, Fields):
                yield from ((f"{name}.{inner}", found) for inner, found in _flattened(value.fields))


class Calls(Expressions):
    """Follows calls, and keeps those of AWS APIs."""

    def finish(self) -> set[ApiCall]:
        """All calls, with the methods that were handed on but never seen called."""
        called = {(call.service, call.method) for call in self.calls}
        handed_on = {
            ApiCall(method.service, method.name, method.preset, place)
            for method, place in self.made.items()
            if (method.service, method.name) not in called
        }
        return self.calls | handed_on

    def call(self, targets: Values, arguments: list[Values], keywords: dict[str, Values], place: str = "") -> Values:
        """Follows a call of whatever the called expression can stand for; returns what it can return."""
        found: list[Value] = []
        for target in targets:
            match target:
                case Method():
                    found += self._api_call(target, arguments, keywords, place)
                case Callable(node=ast.ClassDef()):
                    found.append(self._instance(target, arguments, keywords))
                case Callable():
                    found += self._function(target, arguments, keywords)
                case Library(name=name):
                    found += self._library_call(name, arguments, keywords, place)
        if not any(isinstance(target, Callable) for target in targets):
            self._call_back([*arguments, *keywords.values()])
        return distinct(found)

    def _call_back(self, values: Iterable[Values]) -> None:
        """Functions that are handed to a library are called by it, with arguments that can't be told."""
        for handed in itertools.chain.from_iterable(values):
            if isinstance(handed, Callable) and not isinstance(handed.node, ast.ClassDef):
                self._function(handed, [], {})

    def _api_call(self, method: Method, arguments: list[Values], keywords: dict[str, Values], place: str) -> Values:
        if method.name in ("get_paginator", "get_waiter", "Table"):
            names = texts(arguments[0] if arguments else next(iter(keywords.values()), ()))
            if method.name == "Table":
                return tuple(Bound(method.service, None, (("TableName", name),)) for name in names)
            return tuple(Bound(method.service, name) for name in names)
        named = dict(zip(positional_names(method.service, method.name), arguments, strict=False)) | keywords
        telling = {name: texts(values) for name, values in _flattened(named) if name in TELLING_PARAMETERS}
        for choice in itertools.product(*telling.values()):
            parameters = dict(method.preset) | dict(zip(telling, choice, strict=True))
            self.calls.add(ApiCall(method.service, method.name, tuple(sorted(parameters.items())), place))
        return ()

    def _library_call(self, name: str, arguments: list[Values], keywords: dict[str, Values], place: str) -> Values:
        if name in ("boto3.client", "boto3.resource") or name.endswith(("session.client", "session.resource")):
            named = arguments[0] if arguments else keywords.get("service_name", ())
            return tuple(Client(text) for text in named if isinstance(text, str) and text != UNKNOWN)
        if name in ("os.getenv", "os.environ.get"):
            return tuple(self.environment[key] for key in texts(arguments[0]) if key in self.environment)
        if name == "getattr":
            names = texts(arguments[1])
            return distinct(itertools.chain.from_iterable(self._member(owner, text, place) for owner in arguments[0] for text in names))
        if name in ("functools.partial", "functools.cache", "functools.lru_cache"):
            return arguments[0] if arguments else ()
        return ()

    def _instance(self, target: Callable, arguments: list[Values], keywords: dict[str, Values]) -> Instance:
        assert isinstance(target.node, ast.ClassDef)  # noqa: S101
        declared = [item for item in target.node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)]
        names = [ast.unparse(item.target) for item in declared]
        fields = {ast.unparse(item.target): self.value(item.value, target.module, {}) for item in declared if item.value}
        if UNKNOWN in keywords:
            fields |= {name: (self.environment[name.upper()],) for name in names if name.upper() in self.environment}
        instance = Instance(target, {**fields, **dict(zip(names, arguments, strict=False)), **keywords})
        self.call(self._class_member(target, "__init__", instance), arguments, keywords)
        return instance

    def _function(self, target: Callable, arguments: list[Values], keywords: dict[str, Values]) -> Values:
        node = target.node
        assert not isinstance(node, ast.ClassDef)  # noqa: S101
        if target.bound:
            arguments = [target.bound, *arguments]
        positional = [item.arg for item in (*node.args.posonlyargs, *node.args.args)]
        names = [*positional, *(item.arg for item in node.args.kwonlyargs)]
        given = dict(zip(positional, arguments, strict=False)) | {name: values for name, values in keywords.items() if name in names}
        if node.args.vararg:
            given[node.args.vararg.arg] = (Items(tuple(arguments[len(positional) :])),)
        key = (node, tuple(sorted(given.items(), key=lambda item: item[0])), tuple(sorted(target.scope.items(), key=lambda item: item[0])))
        handed = frozenset(value.node for values in given.values() for value in values if isinstance(value, Callable))
        if key not in self.results and (node, handed) not in self.active:
            self.active.add((node, handed))
            self.results[key] = self._followed(target, dict.fromkeys(names, ()) | self._defaults(target) | given)
            self.active.remove((node, handed))
        return self.results.get(key, ())

    def _defaults(self, target: Callable) -> Scope:
        assert not isinstance(target.node, ast.ClassDef)  # noqa: S101
        arguments = target.node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [
            *zip(reversed(positional), reversed(arguments.defaults), strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        return {item.arg: self.value(default, target.module, {}) for item, default in pairs if default is not None}

    def _followed(self, target: Callable, given: Scope) -> Values:
        scope = target.scope | given
        if isinstance(target.node, ast.Lambda):
            return self.value(target.node.body, target.module, scope)
        assert isinstance(target.node, Function)  # noqa: S101
        returned = self.body(target.node.body, target.module, scope)
        if _yields(target.node):
            returned = (Items((returned,)),)
        for decorator in target.node.decorator_list:
            wrapped = self.call(self.value(decorator, target.module, {}), [(target,)], {})
            self._call_back([wrapped])
        return returned
