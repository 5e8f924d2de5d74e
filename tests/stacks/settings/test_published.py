import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from stacks.settings import load
from stacks.settings.published import as_text, json_schema
from stacks.settings.source import read

ROOT = Path(__file__).parents[3]
SAMPLES = sorted([*ROOT.glob("settings/**/*.yaml"), *ROOT.glob("blueprints/trying/*.yaml")])


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json_schema()


@pytest.fixture(scope="module")
def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_file_beside_the_samples_is_up_to_date(schema: dict[str, Any]) -> None:
    assert (ROOT / "settings/schema.json").read_text(encoding="utf-8") == as_text(schema)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_sample_is_valid_by_schema_and_by_model_and_names_the_schema(validator: jsonschema.Draft202012Validator, sample: Path) -> None:
    validator.validate(read(sample).data)
    assert load(sample).deployments
    reference = re.match(r"# yaml-language-server: \$schema=(\S+)\n", sample.read_text(encoding="utf-8"))
    assert reference is not None
    assert (sample.parent / reference[1]).resolve() == ROOT / "settings/schema.json"


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "deployments: {foundation: }",
        "deployments: {foundation: {blueprint: foundation}}",
        "deployments: {mine: {blueprint: foundation, network: none}}",
        """
        network:
          {vpc_id: vpc-01234567, subnet_ids: [subnet-01234567], availability_zones: [eu-west-1a], security_group_ids: [sg-01234567]}
        """,
    ],
)
def test_what_can_be_read_is_valid(validator: jsonschema.Draft202012Validator, text: str) -> None:
    validator.validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "complience: hipaa",
        "compliance: iso",
        "rules: 3",
        "deployments: {mine: {}}",
        "deployments: {mine: {blueprint: other}}",
        "deployments: {mine: {blueprint: foundation, cidr: x}}",
        "deployments: {foundation: {blueprint: document-analysis}}",
        "deployments: {foundation: {shared_network: {endpoints: [textrakt]}}}",
        "deployments: {a_b: {blueprint: foundation}}",
        "network: {vpc_id: vpc-01234567}",
    ],
)
def test_what_cannot_be_read_is_not_valid(validator: jsonschema.Draft202012Validator, text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(yaml.safe_load(text))


def test_the_text_is_json_with_a_last_line_end(schema: dict[str, Any]) -> None:
    assert json.loads(as_text(schema)) == schema
    assert as_text(schema).endswith("}\n")
