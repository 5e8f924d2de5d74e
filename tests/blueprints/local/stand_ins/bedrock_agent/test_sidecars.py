"""Metadata files."""

import json
from typing import Any

import pytest

from blueprints.local.stand_ins.bedrock_agent.sidecars import Attributes, SidecarError, parse


def sidecar(**attributes: Any) -> bytes:
    return json.dumps({"metadataAttributes": attributes}).encode()


def typed(kind: str, member: str, value: Any, **rest: Any) -> dict[str, Any]:
    return {"value": {"type": kind, member: value}, **rest}


def test_plain_values_are_attributes() -> None:
    found = parse(sidecar(tenant="north", year=2024, open=True, tags=["a", "b"]))
    assert found == Attributes({"tenant": "north", "year": 2024, "open": True, "tags": ["a", "b"]})


def test_typed_values_are_attributes_too() -> None:
    content = sidecar(
        tenant=typed("STRING", "stringValue", "north"),
        year=typed("NUMBER", "numberValue", 2024),
        open=typed("BOOLEAN", "booleanValue", False),
        tags=typed("STRING_LIST", "stringListValue", ["a"]),
    )
    assert parse(content).values == {"tenant": "north", "year": 2024, "open": False, "tags": ["a"]}


def test_some_are_embedded_with_the_text() -> None:
    found = parse(sidecar(topic=typed("STRING", "stringValue", "leave", includeForEmbedding=True), other="x"))
    assert found.heading() == "topic: leave\n"
    assert Attributes().heading() == ""


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (sidecar(text="x" * 10_300), "which is more than 10240"),
        (b"{", "must be JSON with an object metadataAttributes"),
        (b"{}", "must be JSON with an object metadataAttributes"),
        (b'{"metadataAttributes": 1}', "must be JSON with an object metadataAttributes"),
        (sidecar(none=None), "the attribute none must be a string, a number, a boolean or a list of strings"),
        (sidecar(mixed=["a", 1]), "the attribute mixed must be"),
        (sidecar(nested={"a": 1}), "the attribute nested has no value of its type"),
        (sidecar(year=typed("NUMBER", "numberValue", "2024")), "the attribute year has no value of its type"),
        (sidecar(year=typed("DATE", "dateValue", "2024")), "the attribute year has no value of its type"),
        (sidecar(**{"x-amz-bedrock-kb-source-uri": "a"}), "which is reserved"),
    ],
)
def test_other_files_are_refused(content: bytes, problem: str) -> None:
    with pytest.raises(SidecarError, match=problem):
        parse(content)
