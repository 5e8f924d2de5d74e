"""CloudFormation's registry schemas, as cfn-lint carries them, and the checks that the registry makes by them."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from blueprints.local import identity

Schema = Mapping[str, Any]

PYTHON_CLASSES = {"Z": "s", "N": "d", "Nd": "d"}
"""What Python calls the classes of characters that Java's regular expressions know as ``\\p{…}``; a word character otherwise."""
_JAVA_CLASS = re.compile(r"\\\\p\{(\w+)\}")


@cache
def schema(kind: str) -> Schema | None:
    """Returns the registry's schema of the resource type ``kind``, or ``None`` for a type that does not exist."""
    known = _index().get(kind)
    if known is None:
        return None
    text = (_directory() / "resources" / f"{known}.json").read_text()
    loaded: Schema = json.loads(_JAVA_CLASS.sub(lambda match: "\\\\" + PYTHON_CLASSES.get(match[1], "w"), text))
    return loaded


@cache
def _index() -> dict[str, str]:
    index: dict[str, str] = json.loads((_directory() / "providers" / f"{identity.DEFAULT_REGION}.json").read_text())
    return index


@cache
def _directory() -> Path:
    """Finds the files without importing cfn-lint, which takes a second, and without its cache, which differs from machine to machine."""
    package = importlib.util.find_spec("cfnlint")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("cfn-lint must be installed: it carries CloudFormation's registry schemas")
    return Path(package.origin).parent / "data" / "schemas"


def names(pointers: list[str]) -> list[str]:
    """Returns property names of JSON pointers: ``/properties/A/B`` becomes ``A.B``."""
    return [".".join(pointer.split("/")[2:]) for pointer in pointers]


def attributes(of: Schema) -> list[str]:
    """Returns what ``Fn::GetAtt`` knows of a type."""
    return names(of.get("readOnlyProperties", []))


def needs_replacement(of: Schema, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tells whether the change from ``old`` to ``new`` touches a property that can only be set at creation."""
    return any(_value(old, name) != _value(new, name) for name in names(of.get("createOnlyProperties", [])))


def _value(properties: Any, name: str) -> Any:
    for part in name.split("."):
        properties = properties.get(part) if isinstance(properties, dict) else None
    return properties


def problems(kind: str, properties: Mapping[str, Any]) -> list[str]:
    """Returns what the registry has against ``properties``, in its words; nothing for types that it does not know.

    Follows https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html.
    """
    if schema(kind) is None:
        return []
    return sorted({text for error in _validator(kind).iter_errors(properties) for text in _messages(error)})


@cache
def _validator(kind: str) -> Any:
    return _Validator(schema(kind) or {})


def _messages(error: ValidationError) -> Iterator[str]:
    path = "#" + "".join(f"/{part}" for part in error.absolute_path)
    if error.validator == "required":
        yield from (f"{path}: required key [{name}] not found" for name in error.validator_value if name not in error.instance)
    elif error.validator == "additionalProperties":
        allowed = error.schema.get("properties", {})
        yield from (f"{path}: extraneous key [{name}] is not permitted" for name in error.instance if name not in allowed)
    elif error.validator == "enum":
        yield f"{path}: {error.instance} is not a valid enum value"
    elif error.validator == "pattern":
        yield f"{path}: failed validation constraint for keyword [pattern]"
    elif error.validator == "type":
        yield f"{path}: expected type: {error.validator_value}, found: {type(error.instance).__name__}"
    else:
        yield f"{path}: failed validation constraint for keyword [{error.validator}]"


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """Checks a pattern, unless it is one that only Java's regular expressions understand."""
    try:
        matches = not isinstance(instance, str) or re.search(pattern, instance)
    except re.error:
        return
    if not matches:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _enum(_validator: Any, values: list[Any], instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if str(instance) not in map(str, values):
        yield ValidationError(f"{instance!r} is not one of {values!r}")


def _is_boolean(_checker: Any, value: Any) -> bool:
    return isinstance(value, bool) or value in ("true", "false")


def _is_number(_checker: Any, value: Any) -> bool:
    return not isinstance(value, bool) and bool(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", str(value)))


def _is_integer(_checker: Any, value: Any) -> bool:
    return not isinstance(value, bool) and bool(re.fullmatch(r"-?\d+(\.0)?", str(value)))


def _is_string(_checker: Any, value: Any) -> bool:
    return isinstance(value, (str, int, float, bool))


def _as(convert: Callable[[Any], Any], kind: str, keyword: str) -> Callable[..., Iterator[ValidationError]]:
    """Returns the check of ``keyword`` for values of ``kind`` that may be written otherwise."""
    check = Draft7Validator.VALIDATORS[keyword]

    def converted(validator: Any, limit: Any, instance: Any, of: Any) -> Iterator[ValidationError]:
        if validator.is_type(instance, kind):
            yield from check(validator, limit, convert(instance), of) or ()

    return converted


_NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")

# Templates carry numbers and truth values as text too, and the registry takes them.
_Validator = extend(
    Draft7Validator,
    {
        "pattern": _pattern,
        "enum": _enum,
        **{keyword: _as(float, "number", keyword) for keyword in _NUMERIC},
        **{keyword: _as(str, "string", keyword) for keyword in ("minLength", "maxLength")},
    },
    type_checker=Draft7Validator.TYPE_CHECKER.redefine_many(
        {"boolean": _is_boolean, "number": _is_number, "integer": _is_integer, "string": _is_string}
    ),
)
