"""Guardrails are kept as they are defined, and versions as they were."""

from typing import Any

import pytest

from blueprints.local.bedrock.guardrails import Guardrails
from blueprints.local.stand_ins import StandInError

TEXTS = {"blockedInputMessaging": "no", "blockedOutputsMessaging": "never"}
WORDS = {"wordPolicyConfig": {"wordsConfig": [{"text": "a"}], "managedWordListsConfig": [{"type": "PROFANITY"}]}}
TIER = {"contentPolicyConfig": {"filtersConfig": [], "tierConfig": {"tierName": "STANDARD"}}}


class Store:
    """Asks a store of guardrails."""

    def __init__(self) -> None:
        self.guardrails = Guardrails()

    def ask(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.guardrails.answers[operation](request)

    def create(self, name: str = "g", **request: Any) -> str:
        return str(self.ask("CreateGuardrail", name=name, **TEXTS, **request)["guardrailId"])

    def get(self, guardrail: str, version: str = "DRAFT") -> dict[str, Any]:
        return self.ask("GetGuardrail", guardrailIdentifier=guardrail, guardrailVersion=version)


@pytest.fixture
def store() -> Store:
    return Store()


def test_policies_are_told_in_the_words_of_the_answer(store: Store) -> None:
    told = store.get(store.create(**WORDS, kmsKeyId="key", description="d"))
    assert told["wordPolicy"] == {"words": [{"text": "a"}], "managedWordLists": [{"type": "PROFANITY"}]}
    assert (told["version"], told["status"], told["kmsKeyArn"], told["description"]) == ("DRAFT", "READY", "key", "d")
    assert "topicPolicy" not in told


def test_a_guardrail_is_found_by_its_arn(store: Store) -> None:
    guardrail = store.create()
    arn = f"arn:aws:bedrock:us-east-1:123456789012:guardrail/{guardrail}"
    assert store.get(arn)["guardrailId"] == guardrail
    assert store.guardrails.exists(arn)
    assert not store.guardrails.exists(arn + "x")


def test_versions_count_up_and_stay_as_they_were(store: Store) -> None:
    guardrail = store.create(**WORDS)
    numbers = [store.ask("CreateGuardrailVersion", guardrailIdentifier=guardrail, description="d")["version"] for _ in range(2)]
    store.ask("UpdateGuardrail", guardrailIdentifier=guardrail, name="h", **TEXTS)
    assert numbers == ["1", "2"]
    assert store.get(guardrail, "1") | {"createdAt": 0} == store.get(guardrail, "2") | {"version": "1", "createdAt": 0}
    assert "wordPolicy" in store.get(guardrail, "2")
    assert ("wordPolicy" in store.get(guardrail), store.get(guardrail)["name"]) == (False, "h")


def test_versions_and_guardrails_are_deleted(store: Store) -> None:
    guardrail = store.create()
    store.ask("CreateGuardrailVersion", guardrailIdentifier=guardrail)
    store.ask("DeleteGuardrail", guardrailIdentifier=guardrail, guardrailVersion="1")
    with pytest.raises(StandInError, match="has no version 1"):
        store.get(guardrail, "1")
    store.ask("DeleteGuardrail", guardrailIdentifier=guardrail)
    with pytest.raises(StandInError, match="ResourceNotFoundException"):
        store.get(guardrail)


def test_guardrails_and_the_versions_of_one_are_listed(store: Store) -> None:
    guardrail = store.create()
    store.create("h")
    store.ask("CreateGuardrailVersion", guardrailIdentifier=guardrail)
    assert [found["name"] for found in store.ask("ListGuardrails")["guardrails"]] == ["g", "h"]
    assert [found["version"] for found in store.ask("ListGuardrails", guardrailIdentifier=guardrail)["guardrails"]] == ["DRAFT", "1"]


def test_a_better_tier_needs_a_profile(store: Store) -> None:
    cross = {"crossRegionConfig": {"guardrailProfileIdentifier": "us.guardrail.v1:0"}}
    arn = "arn:aws:bedrock:us-east-1:123456789012:guardrail-profile/us.guardrail.v1:0"
    details = {"guardrailProfileId": "us.guardrail.v1:0", "guardrailProfileArn": arn}
    told = store.get(store.create(**TIER, **cross))
    assert (told["crossRegionDetails"], told["contentPolicy"]["tier"]) == (details, {"tierName": "STANDARD"})


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        (TIER, "STANDARD tier requires cross-Region inference"),
        (
            {"contentPolicyConfig": {"filtersConfig": [{"type": "PROMPT_ATTACK", "inputStrength": "LOW", "outputStrength": "LOW"}]}},
            "output strength of the filter PROMPT_ATTACK must be NONE",
        ),
    ],
)
def test_what_cannot_be_is_refused(store: Store, request_: dict[str, Any], problem: str) -> None:
    with pytest.raises(StandInError, match=problem):
        store.create(**request_)


def test_names_are_taken_once(store: Store) -> None:
    store.create()
    with pytest.raises(StandInError, match="ConflictException: Another guardrail with the name g"):
        store.create()
