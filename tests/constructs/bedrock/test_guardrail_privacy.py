from typing import Any

import botocore.session
import pytest

from ml_constructs.bedrock.guardrail_privacy import KINDS, PersonalData, Regex


def test_the_kinds_of_personal_data_are_those_of_the_api() -> None:
    shape = botocore.session.get_session().get_service_model("bedrock").shape_for("GuardrailPiiEntityType")
    assert sorted(KINDS) == sorted(shape.enum)
    assert len(KINDS) == 31


@pytest.mark.parametrize("kind", KINDS)
def test_personal_data_is_masked(kind: str) -> None:
    assert PersonalData(kind=kind) == PersonalData(kind=kind, action="ANONYMIZE", input_action=None, output_action=None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "SHOE_SIZE"}, "kind must be one of ADDRESS, .*, got SHOE_SIZE"),
        ({"action": "MASK"}, "action must be one of BLOCK, ANONYMIZE, NONE, got MASK"),
        ({"input_action": "MASK"}, "input_action must be one of BLOCK, ANONYMIZE, NONE, got MASK"),
        ({"output_action": "MASK"}, "output_action must be one of BLOCK, ANONYMIZE, NONE, got MASK"),
    ],
)
def test_what_guardrails_do_not_know_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PersonalData(**{"kind": "EMAIL", **arguments})


def test_a_regular_expression_may_be_as_long_as_guardrails_take() -> None:
    assert Regex(name="n" * 100, pattern="p" * 500, description="d" * 1000).action == "ANONYMIZE"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "n" * 101}, "name must have 1 to 100 characters, got 101"),
        ({"pattern": "p" * 501}, "pattern must have 1 to 500 characters, got 501"),
        ({"description": ""}, "description must have 1 to 1000 characters, got 0"),
        ({"action": "HIDE"}, "action must be one of BLOCK, ANONYMIZE, NONE, got HIDE"),
    ],
)
def test_regular_expressions_that_guardrails_do_not_take_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Regex(**{"name": "customer", "pattern": "C[0-9]+", **arguments})
