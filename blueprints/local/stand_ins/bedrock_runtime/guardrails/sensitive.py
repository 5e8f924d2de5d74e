"""Sensitive information: personal data, found by the rules that stand in for Comprehend, and patterns of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import action_of, finding
from blueprints.local.stand_ins.comprehend.findings import Finding, distinct
from blueprints.local.stand_ins.comprehend.personal_data import personal_data

OF_COMPREHEND = {
    "BANK_ACCOUNT_NUMBER": "US_BANK_ACCOUNT_NUMBER",
    "BANK_ROUTING": "US_BANK_ROUTING_NUMBER",
    "CREDIT_DEBIT_CVV": "CREDIT_DEBIT_CARD_CVV",
    "CREDIT_DEBIT_EXPIRY": "CREDIT_DEBIT_CARD_EXPIRY",
    "CREDIT_DEBIT_NUMBER": "CREDIT_DEBIT_CARD_NUMBER",
    "PASSPORT_NUMBER": "US_PASSPORT_NUMBER",
    "SSN": "US_SOCIAL_SECURITY_NUMBER",
}
"""The types that Comprehend calls otherwise than guardrails do."""


@dataclass(frozen=True)
class _Match:
    """A part of a text that a setting is about."""

    setting: Mapping[str, Any]
    action: str
    where: Finding

    @property
    def mask(self) -> str:
        return f"{{{self.setting.get('type') or self.setting['name']}}}"


def assess(policy: Mapping[str, Any], side: str, texts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Returns the personal data and the matches of patterns that are to be found."""
    found: dict[str, list[dict[str, Any]]] = {"piiEntities": [], "regexes": []}
    for text in texts:
        for match in _matches(policy, side, text):
            part, setting = text[match.where.begin : match.where.end], match.setting
            named = {"type": setting["type"]} if "type" in setting else {"name": setting["name"], "regex": setting["pattern"]}
            found["piiEntities" if "type" in setting else "regexes"].append(finding(match.action, detected=True, match=part, **named))
    return found


def mask(policy: Mapping[str, Any], side: str, text: str) -> str:
    """Returns the text with what is to be masked replaced by its type, such as ``{EMAIL}``."""
    masked = [match for match in _matches(policy, side, text) if match.action == "ANONYMIZE"]
    by_place = {match.where: match for match in reversed(masked)}
    for place in sorted(distinct(match.where for match in masked), key=lambda place: -place.begin):
        text = text[: place.begin] + by_place[place].mask + text[place.end :]
    return text


def _matches(policy: Mapping[str, Any], side: str, text: str) -> Iterator[_Match]:
    kinds = {setting["type"]: setting for setting in policy.get("piiEntities") or []}
    for found in personal_data(text) if kinds else ():
        setting = kinds.get(OF_COMPREHEND.get(found.kind, found.kind))
        if setting and (action := action_of(setting, side)) is not None:
            yield _Match(setting, action, found)
    for setting in policy.get("regexes") or []:
        if (action := action_of(setting, side)) is not None:
            yield from (_Match(setting, action, Finding(setting["name"], *match.span(), 1)) for match in _pattern(setting).finditer(text))


def _pattern(setting: Mapping[str, Any]) -> re.Pattern[str]:
    try:
        return re.compile(setting["pattern"])
    except re.error as error:
        raise StandInError(
            "ValidationException", f"regex {setting['name']} must be a pattern, got {setting['pattern']!r}: {error}"
        ) from None
