"""Synthesis gives the same bytes every time, and a blueprint can be deployed twice in one account."""

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from blueprints.checks.deployed import Account, Resource
from tests import templates

BLUEPRINTS = ("document-analysis", "knowledge-base-rag")


@functools.cache
def twice(blueprint: str) -> Path:
    return templates.text(f"deployments: {{first: {{blueprint: {blueprint}}}, second: {{blueprint: {blueprint}}}}}")


def start(directory: Path, seed: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "CDK_OUTDIR": str(directory), "PYTHONHASHSEED": str(seed)}
    return subprocess.Popen([sys.executable, "app.py"], cwd=templates.ROOT, env=environment)


def contents(directory: Path) -> dict[str, bytes]:
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_two_syntheses_of_the_default_settings_are_equal_byte_by_byte(tmp_path: Path) -> None:
    directories = [tmp_path / "one", tmp_path / "two"]
    processes = [start(directory, seed) for seed, directory in enumerate(directories)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    first, second = map(contents, directories)
    assert "document-analysis.template.json" in first
    assert {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)} == set()


def names(resource: Resource) -> Iterator[str]:
    """What would stand in the way of another resource in the same account and region."""
    if resource.type.startswith("AWS::"):
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource.type).schema
        identifier = [pointer.removeprefix("/properties/") for pointer in schema["primaryIdentifier"]]
        for given in (identifier, [name for name in ("Name", "StateMachineName") if name in schema.get("properties", {})]):
            values = [resource.properties.get(name) for name in given]
            if given and all(values):
                yield f"{resource.type} {values}"


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_a_blueprint_can_be_deployed_twice(blueprint: str) -> None:
    synthesised = templates.synthesise(twice(blueprint), rules=False)
    account = Account(synthesised.templates)
    taken = {stack: {name for resource in account if resource.stack == stack for name in names(resource)} for stack in ("first", "second")}
    assert len(taken["first"]) > 5
    assert taken["first"] & taken["second"] == set()


def test_no_deployment_exports_a_name() -> None:
    for template in templates.synthesise(twice("document-analysis"), rules=False).templates.values():
        assert [output for output in template["Outputs"].values() if "Export" in output] == []
