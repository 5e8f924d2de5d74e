"""Reads the handler packages without running them."""

import ast
import functools
from dataclasses import dataclass, field
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Module:
    """One source file: what it defines by name, and where its imported names come from."""

    name: str
    path: Path
    tree: ast.Module
    definitions: dict[str, Function | ast.ClassDef] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)


def _target(node: ast.stmt) -> tuple[str, ast.expr] | None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        return node.target.id, node.value
    return None


def _imports(node: ast.AST) -> dict[str, tuple[str, str | None]]:
    if isinstance(node, ast.Import):
        return {
            alias.asname or alias.name.split(".")[0]: (alias.name if alias.asname else alias.name.split(".")[0], None)
            for alias in node.names
        }
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return {}


class Code:
    """The handler packages below a source root.

    Args:
        root: Folder that holds one folder per package.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.module = functools.cache(self._module)

    def _module(self, name: str) -> Module | None:
        """The module of a dotted name, if it is one of the handler packages'."""
        base = self.root.joinpath(*name.split("."))
        path = next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)
        if path is None:
            return None
        module = Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))
        for node in module.tree.body:
            if isinstance(node, Function | ast.ClassDef):
                module.definitions[node.name] = node
            elif found := _target(node):
                module.constants[found[0]] = found[1]
        for inner in ast.walk(module.tree):
            module.imports.update(_imports(inner))
        return module


read = functools.cache(Code)
"""The code below a source root, read once: it doesn't change while it is checked."""
