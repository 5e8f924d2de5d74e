"""Follows the statements of a function."""

import ast
import functools
import itertools
from collections.abc import Iterable, Sequence

from blueprints.checks.handlers.code import Function, Module
from blueprints.checks.handlers.names import Names
from blueprints.checks.handlers.values import (
    Callable,
    Fields,
    Instance,
    Items,
    Scope,
    Values,
    distinct,
    either,
    elements,
    is_plain,
    texts,
)


@functools.cache
def _inner_statements(node: ast.AST) -> Sequence[ast.stmt]:
    """The statements of the branches of a statement; not those of the functions and classes that it defines."""
    if isinstance(node, Function | ast.ClassDef):
        return []
    found: list[ast.stmt] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            found.append(child)
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            found += child.body
    return found


class Statements(Names):
    """Binds names, and follows every branch."""

    def body(self, statements: Iterable[ast.stmt], module: Module, scope: Scope) -> Values:
        """Follows statements; returns what they can return."""
        returned: Values = ()
        for statement in statements:
            returned = distinct((*returned, *self._statement(statement, module, scope)))
        return returned

    def _statement(self, node: ast.stmt, module: Module, scope: Scope) -> Values:
        match node:
            case ast.Return(value=ast.expr() as value) | ast.Expr(value=ast.Yield(value=ast.expr() as value)):
                values = self.value(value, module, scope)
                return () if is_plain(value) else either(values)
            case ast.Expr(value=ast.YieldFrom(value=value)):
                return elements(self.value(value, module, scope))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                scope[name] = (Callable(module, node, scope),)
            case ast.Assign(targets=targets, value=value):
                values = self.value(value, module, scope)
                for target in targets:
                    self._bind(target, values if is_plain(value) else either(values), module, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                values = self.value(value, module, scope)
                self._bind(target, values if is_plain(value) else either(values), module, scope)
            case ast.For(target=target, iter=iterable):
                self._bind(target, elements(self.value(iterable, module, scope)), module, scope)
            case ast.With(items=items):
                for item in items:
                    values = self.value(item.context_expr, module, scope)
                    if item.optional_vars:
                        self._bind(item.optional_vars, elements(values), module, scope)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.value(child, module, scope)
        return self.body(_inner_statements(node), module, scope)

    def _bind(self, target: ast.expr, values: Values, module: Module, scope: Scope) -> None:
        match target:
            case ast.Name(id=name):
                scope[name] = distinct((*values, *scope.get(name, ())))
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for index, element in enumerate(elements):
                    parts = [value.items[index] for value in values if isinstance(value, Items) and index < len(value.items)]
                    self._bind(element, distinct(itertools.chain.from_iterable(parts)), module, scope)
            case ast.Attribute(value=owner, attr=name):
                for instance in self.value(owner, module, scope):
                    if isinstance(instance, Instance):
                        instance.fields[name] = distinct((*instance.fields.get(name, ()), *values))
            case ast.Subscript(value=owner, slice=key):
                for fields in self.value(owner, module, scope):
                    if isinstance(fields, Fields):
                        for text in texts(self.value(key, module, scope)):
                            fields.fields[text] = distinct((*fields.fields.get(text, ()), *values))
