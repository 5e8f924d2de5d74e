"""Functions are replaced wherever ministack has imported them."""

import sys
from types import ModuleType

import pytest

from blueprints.local.adapter.patching import replace_everywhere


def test_replaces_a_function_in_every_module_of_ministack_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def old() -> None: ...

    def new() -> None: ...

    modules = {name: ModuleType(name) for name in ("ministack.first", "ministack.second", "other")}
    for name, module in modules.items():
        module.imported = old  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, module)
    replace_everywhere(old, new)
    assert [module.imported for module in modules.values()] == [new, new, old]
