"""Personal data and patterns are found, and masked where that is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.guardrails.sensitive import assess, mask

TEXT = "Write to ana@ellery.example or pay with 4111 1111 1111 1111, booking AB-1234."


def policy(**kinds: str) -> dict[str, Any]:
    return {"piiEntities": [{"type": kind, "action": action} for kind, action in kinds.items()]}


BOOKINGS = {"regexes": [{"name": "booking", "pattern": r"[A-Z]{2}-\d{4}", "action": "ANONYMIZE"}]}


def test_personal_data_have_the_types_of_guardrails() -> None:
    found = assess(policy(EMAIL="BLOCK", CREDIT_DEBIT_CARD_NUMBER="ANONYMIZE", PHONE="BLOCK"), "input", [TEXT])["piiEntities"]
    assert [(entry["type"], entry["match"], entry["action"]) for entry in found] == [
        ("EMAIL", "ana@ellery.example", "BLOCKED"),
        ("CREDIT_DEBIT_CARD_NUMBER", "4111 1111 1111 1111", "ANONYMIZED"),
    ]


def test_patterns_are_found() -> None:
    (found,) = assess(BOOKINGS, "input", [TEXT])["regexes"]
    assert (found["name"], found["regex"], found["match"], found["action"]) == ("booking", r"[A-Z]{2}-\d{4}", "AB-1234", "ANONYMIZED")


def test_what_is_to_be_masked_is_replaced_by_its_type() -> None:
    both = {**policy(EMAIL="ANONYMIZE", CREDIT_DEBIT_CARD_NUMBER="BLOCK"), **BOOKINGS}
    assert mask(both, "input", TEXT) == "Write to {EMAIL} or pay with 4111 1111 1111 1111, booking {booking}."


def test_where_two_overlap_personal_data_come_first() -> None:
    words = {"regexes": [{"name": "word", "pattern": r"[\w@.]+", "action": "ANONYMIZE"}]}
    assert mask({**policy(EMAIL="ANONYMIZE"), **words}, "output", "ana@ellery.example is") == "{EMAIL} {word}"


def test_each_side_has_its_own_action() -> None:
    setting = {"piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE", "inputAction": "NONE", "outputEnabled": False}]}
    assert [entry["action"] for entry in assess(setting, "input", [TEXT])["piiEntities"]] == ["NONE"]
    assert mask(setting, "input", TEXT) == TEXT
    assert assess(setting, "output", [TEXT]) == {"piiEntities": [], "regexes": []}


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(StandInError, match=r"regex broken must be a pattern, got '\['"):
        assess({"regexes": [{"name": "broken", "pattern": "[", "action": "BLOCK"}]}, "input", [TEXT])
