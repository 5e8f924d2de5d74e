"""What the names of a module stand for."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

from blueprints.checks.handlers.code import Code, Function, Module
from blueprints.checks.handlers.values import (
    ApiCall,
    Callable,
    Library,
    Method,
    Scope,
    Values,
)

_BUILT_IN: dict[str, Values] = {"getattr": (Library("getattr"),)}


class Names(ABC):
    """Looks names up, and keeps what has been learned.

    Args:
        code: The handler packages.
        environment: The function's environment variables.
    """

    def __init__(self, code: Code, environment: Mapping[str, str]) -> None:
        self.code = code
        self.environment = environment
        self.calls: set[ApiCall] = set()
        self.made: dict[Method, str] = {}
        self.results: dict[object, Values] = {}
        self.imported: set[str] = set()
        self.active: set[tuple[ast.AST, frozenset[ast.AST]]] = set()

    @abstractmethod
    def body(self, statements: Iterable[ast.stmt], module: Module, scope: Scope) -> Values:
        """Follows statements; returns what they can return."""

    @abstractmethod
    def value(self, node: ast.expr, module: Module, scope: Scope) -> Values:
        """What an expression can stand for."""

    @abstractmethod
    def call(self, targets: Values, arguments: list[Values], keywords: dict[str, Values], place: str = "") -> Values:
        """Follows a call of whatever the called expression can stand for; returns what it can return."""

    def definition(self, module: Module, name: str) -> Values:
        """What a name stands for at the top of a module."""
        self.run_module(module)
        if name in module.definitions:
            return (self._callable(module, module.definitions[name]),)
        if name in module.imports:
            return self._imported(*module.imports[name])
        if name in module.constants:
            key = (module.name, name)
            if key not in self.results:
                self.results[key] = ()
                self.results[key] = self.value(module.constants[name], module, {})
            return self.results[key]
        return _BUILT_IN.get(name, ())

    def _callable(self, module: Module, node: Function | ast.ClassDef) -> Callable:
        found = self.results.setdefault(node, (Callable(module, node),))[0]
        assert isinstance(found, Callable)  # noqa: S101
        return found

    def _imported(self, name: str, member: str | None) -> Values:
        module = self.code.module(name)
        if member is None or self.code.module(f"{name}.{member}"):
            return (Library(f"{name}.{member}" if member else name),)
        return self.definition(module, member) if module else (Library(f"{name}.{member}"),)

    def run_module(self, module: Module) -> None:
        """Follows what a module does when it is imported."""
        if module.name not in self.imported:
            self.imported.add(module.name)
            top = [node for node in module.tree.body if not isinstance(node, Function | ast.ClassDef)]
            self.body(top, module, {})
            for node in module.definitions.values():
                if isinstance(node, Function) and any(self._registers(decorator, module) for decorator in node.decorator_list):
                    self.call((self._callable(module, node),), [], {})

    def _registers(self, decorator: ast.expr, module: Module) -> bool:
        """Whether a decorator of another library may keep the function and call it later, as a router does."""
        found = self.value(decorator.func if isinstance(decorator, ast.Call) else decorator, module, {})
        passes_on = (Callable, Library)
        return not any(isinstance(value, passes_on) for value in found) and ast.unparse(decorator) not in ("property", "staticmethod")
