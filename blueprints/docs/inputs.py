"""The inputs and outputs sections: settings from the model, outputs from the template."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from blueprints.docs import markdown
from blueprints.docs.template import HASH, Template
from stacks.settings.schema import Row, rows


def inputs(model: type[BaseModel]) -> str:
    """Returns the settings of a model as a table."""
    header = ("Setting", "Type", "Allowed", "Default", "What it does")
    return markdown.table(header, [_row(row) for row in rows(model)])


def _row(row: Row) -> tuple[str, ...]:
    default = "required" if row.required else shown(row.default)
    return (markdown.code(row.path), row.type, "" if row.type == row.allowed else row.allowed, default, " ".join(row.description.split()))


def shown(value: Any) -> str:
    """Returns a value of a setting as it stands in a settings file."""
    if value is None:
        return "not set"
    return markdown.code(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def outputs(template: Template, described: Mapping[str, str]) -> str:
    """Returns the outputs of a stack as a table; those that the CDK adds by itself are left out.

    Args:
        template: The template.
        described: What each output is, for those without a description of their own.
    """
    own = {name: body for name, body in template.outputs.items() if not HASH.search(name)}
    rows = [
        (markdown.code(name), body.get("Description") or described.get(name, ""), template.text(body["Value"]))
        for name, body in own.items()
    ]
    return markdown.table(("Output", "What it is", "Value"), rows)
