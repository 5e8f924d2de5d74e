"""Follows the expressions of a function."""

import ast
import itertools

from blueprints.checks.handlers.code import Function, Module
from blueprints.checks.handlers.statements import Statements
from blueprints.checks.handlers.values import (
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
    either,
    elements,
    is_plain,
    texts,
)
from blueprints.checks.iam_actions import methods
from blueprints.checks.targets import UNKNOWN

_MOST_TEXTS = 64
_DICTIONARY_METHODS = ("get", "items", "pop", "setdefault", "values")


class Expressions(Statements):
    """Tells what an expression can stand for."""

    def value(self, node: ast.expr, module: Module, scope: Scope) -> Values:
        """What an expression can stand for."""
        match node:
            case ast.Constant(value=str() as text):
                return (text,)
            case ast.Name(id=name):
                return scope[name] if name in scope else self.definition(module, name)
            case ast.Attribute():
                return self._attribute(node, module, scope)
            case ast.Call():
                return self._call(node, module, scope)
            case ast.JoinedStr(values=parts):
                return self._joined([self.value(part, module, scope) for part in parts])
            case ast.BinOp(left=left, right=right, op=ast.Add() | ast.BitOr()):
                return self._added(self.value(left, module, scope), self.value(right, module, scope))
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return (Items(tuple(self.value(element, module, scope) for element in elements)),)
            case ast.Dict():
                return (self._dictionary(node, module, scope),)
            case ast.Subscript(value=owner, slice=key):
                return self._item(self.value(owner, module, scope), texts(self.value(key, module, scope)))
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                self._generators(node.generators, module, scope)
                return (Items((self.value(element, module, scope),)),)
            case ast.DictComp(key=key, value=value):
                self._generators(node.generators, module, scope)
                keys, values = texts(self.value(key, module, scope)), self.value(value, module, scope)
                return (Fields(dict.fromkeys(keys, values)),)
            case ast.Lambda():
                return (Callable(module, node, scope),)
            case ast.NamedExpr(target=target, value=value):
                values = self.value(value, module, scope)
                self._bind(target, values, module, scope)
                return values
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                self.value(test, module, scope)
                return self._one_of([then, otherwise], module, scope)
            case ast.BoolOp(values=operands):
                return self._one_of(operands, module, scope)
        found = [self.value(child, module, scope) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        carries = isinstance(node, ast.Await | ast.Starred | ast.FormattedValue)
        return distinct(itertools.chain.from_iterable(found)) if carries else ()

    def _one_of(self, nodes: list[ast.expr], module: Module, scope: Scope) -> Values:
        return either(*(self.value(node, module, scope) for node in nodes if not is_plain(node)))

    def _generators(self, generators: list[ast.comprehension], module: Module, scope: Scope) -> None:
        for generator in generators:
            self._bind(generator.target, elements(self.value(generator.iter, module, scope)), module, scope)
            for condition in generator.ifs:
                self.value(condition, module, scope)

    def _joined(self, parts: list[Values]) -> Values:
        choices = itertools.product(*(texts(part) for part in parts))
        return distinct("".join(choice) for choice in itertools.islice(choices, _MOST_TEXTS))

    def _added(self, left: Values, right: Values) -> Values:
        dictionaries = [value.fields for value in (*left, *right) if isinstance(value, Fields)]
        if dictionaries:
            return (Fields({name: values for fields in dictionaries for name, values in fields.items()}),)
        kinds = [value for value in (*left, *right) if not isinstance(value, str)]
        return distinct(kinds) if kinds else self._joined([left, right])

    def _dictionary(self, node: ast.Dict, module: Module, scope: Scope) -> Fields:
        fields: dict[str, Values] = {}
        for key, expression in zip(node.keys, node.values, strict=True):
            values = self.value(expression, module, scope)
            if key is None:
                for value in values:
                    fields |= value.fields if isinstance(value, Fields) else {}
            else:
                fields |= dict.fromkeys(texts(self.value(key, module, scope)), values)
        return Fields(fields)

    def _item(self, owners: Values, keys: list[str]) -> Values:
        found: list[Value] = []
        for owner in owners:
            match owner:
                case Fields(fields=fields):
                    known = [fields[key] for key in keys if key in fields]
                    if UNKNOWN in (*keys, *fields) or not known:
                        known = list(fields.values())
                    found += itertools.chain.from_iterable(known)
                case Items(items=items):
                    found += itertools.chain.from_iterable(items)
                case Library(name="os.environ"):
                    found += [self.environment[key] for key in keys if key in self.environment]
        return distinct(found)

    def _attribute(self, node: ast.Attribute, module: Module, scope: Scope) -> Values:
        found: list[Value] = []
        for owner in self.value(node.value, module, scope):
            found += self._member(owner, node.attr, f"{module.path.name}:{node.lineno}")
        if not found and node.attr.upper() in self.environment:
            found.append(self.environment[node.attr.upper()])
        return distinct(found)

    def _member(self, owner: Value, name: str, place: str) -> Values:
        match owner:
            case Client(service=service) if name in methods(service):
                return (self._made(Method(service, name), place),)
            case Client(service=service) if name in ("get_paginator", "get_waiter", "Table"):
                return (Method(service, name),)
            case Bound(service=service, method=method, preset=preset):
                return (self._made(Method(service, method or name, preset), place),)
            case Library(name=library):
                inner = self.code.module(library)
                return self.definition(inner, name) if inner else (Library(f"{library}.{name}"),)
            case Instance(of=of, fields=fields):
                return fields.get(name) or self._class_member(of, name, owner)
            case Callable(node=ast.ClassDef()):
                return self._class_member(owner, name, owner)
        return ()

    def _made(self, method: Method, place: str) -> Method:
        self.made.setdefault(method, place)
        return method

    def _class_member(self, of: Callable, name: str, owner: Value) -> Values:
        assert isinstance(of.node, ast.ClassDef)  # noqa: S101
        for node in of.node.body:
            if isinstance(node, Function) and node.name == name:
                static = any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in node.decorator_list)
                method = Callable(of.module, node, bound=() if static else (owner,))
                is_property = any("property" in ast.unparse(item) for item in node.decorator_list)
                return self.call((method,), [], {}) if is_property else (method,)
        for base in of.node.bases:
            for parent in self.value(base, of.module, {}):
                if isinstance(parent, Callable) and isinstance(parent.node, ast.ClassDef):
                    return self._class_member(parent, name, owner)
        return ()

    def _from_dictionary(self, owners: Values, method: str, arguments: list[Values]) -> Values:
        """What the methods of dictionaries return."""
        if method in ("get", "pop", "setdefault"):
            found = either(*(self._item((owner,), texts(arguments[0])) for owner in owners))
            return distinct(itertools.chain(found, *arguments[1:]))
        pairs = [pair for owner in owners if isinstance(owner, Fields) for pair in owner.fields.items()]
        if method == "values":
            return (Items(tuple(values for _, values in pairs)),)
        return (Items(tuple((Items(((name,), values)),) for name, values in pairs)),)

    def _call(self, node: ast.Call, module: Module, scope: Scope) -> Values:
        arguments: list[Values] = []
        for argument in node.args:
            values = self.value(argument, module, scope)
            lists = [value.items for value in values if isinstance(value, Items)] if isinstance(argument, ast.Starred) else []
            arguments += lists[0] if lists else [values]
        keywords: dict[str, Values] = {}
        for keyword in node.keywords:
            values = self.value(keyword.value, module, scope)
            if keyword.arg:
                keywords[keyword.arg] = values
            else:
                for value in values:
                    keywords |= value.fields if isinstance(value, Fields) else {}
        if isinstance(node.func, ast.Attribute) and node.func.attr in _DICTIONARY_METHODS:
            owners = tuple(value for value in self.value(node.func.value, module, scope) if isinstance(value, Fields))
            if owners:
                return self._from_dictionary(owners, node.func.attr, arguments)
        place = f"{module.name.replace('.', '/')}.py:{node.lineno}"
        return self.call(self.value(node.func, module, scope), arguments, keywords, place)
