"""How functions of ministack are replaced."""

from __future__ import annotations

import sys
from typing import Any


def replace_everywhere(old: Any, new: Any) -> None:
    """Puts ``new`` in the place of ``old`` in every module of ministack that has imported it."""
    for module in [module for name, module in sys.modules.items() if name.partition(".")[0] == "ministack"]:
        for name in [name for name, value in vars(module).items() if value is old]:
            setattr(module, name, new)


def replace_handler(old: Any, new: Any) -> None:
    """Puts ``new`` in the place of ``old``, which handles resources for CloudFormation."""
    from ministack.services.cloudformation import provisioners

    replace_everywhere(old, new)
    for handler in provisioners._RESOURCE_HANDLERS.values():
        for name in [name for name, value in handler.items() if value is old]:
            handler[name] = new
