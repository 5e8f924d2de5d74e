"""The JSON schema of settings files, for editors and other programs."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from stacks.catalogue import CATALOGUE, Entry
from stacks.settings.collection import NAME
from stacks.settings.models import CollectionSettings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(catalogue: Mapping[str, Entry] = CATALOGUE) -> dict[str, Any]:
    """Returns the schema of a settings file with the blueprints of ``catalogue``."""
    models = {name: entry.settings_model() for name, entry in catalogue.items()}
    every: list[type[BaseModel]] = [CollectionSettings, *models.values()]
    references, combined = models_json_schema([(model, "validation") for model in every])
    definitions = combined["$defs"]
    for name, model in models.items():
        definition = definitions[model.__name__]
        blueprint = {"const": name, "description": "The blueprint; left out where the deployment is called after it."}
        definition["properties"] = {"blueprint": blueprint, **definition["properties"]}
    whole = definitions.pop(CollectionSettings.__name__)
    whole["properties"]["deployments"] |= _deployments({name: references[model, "validation"] for name, model in models.items()})
    return {"$schema": DIALECT, **whole, "title": "Settings", "$defs": definitions}


def as_text(schema: Mapping[str, Any]) -> str:
    """Returns ``schema`` as the text of a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _deployments(references: Mapping[str, Any]) -> dict[str, Any]:
    """A deployment is called after its blueprint, or names it."""
    choices = [{"if": {"properties": {"blueprint": {"const": name}}}, "then": reference} for name, reference in references.items()]
    return {
        "properties": {name: {"anyOf": [reference, {"type": "null"}]} for name, reference in references.items()},
        "propertyNames": {"pattern": f"^{NAME.pattern}$"},
        "additionalProperties": {
            "type": "object",
            "properties": {"blueprint": {"enum": sorted(references)}},
            "required": ["blueprint"],
            "allOf": choices,
        },
    }
