import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from documents.clients import client
from documents.errors import ConfigurationError, TransientServiceError
from documents.naming import Document
from enrich_text import comprehend as calls
from enrich_text.chunks import CHUNK_BYTES, split
from enrich_text.handler import handler
from enrich_text.redaction import redacted

DOCUMENT = Document.identify(bucket="documents-bucket", key="scan.pdf", version_id="v1", etag="e", sequencer="0A", size=10)
COMPREHEND = botocore.session.get_session().get_service_model("comprehend")
LETTER = "Dear Jane Doe,\nyour order of 3 crates of tea arrives on Friday.\nACME Ltd, 1 High Street"
texts = st.text(st.sampled_from("ab \n\fé漢😀"), max_size=120)


def enriched(cloud: Any, context: Any, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    cloud.write(f"work/{DOCUMENT.id}/1/text.txt", text.encode())
    answer: dict[str, Any] = handler({"document": DOCUMENT.as_dict(), "attempt": 1, "assembly": {}}, context)
    return answer, json.loads(cloud.read(answer["location"]["key"]))


def test_language_entities_phrases_and_personal_data_are_found(cloud: Any, context: Any, comprehend: Any) -> None:
    comprehend.entities = {"Jane Doe": "PERSON", "ACME Ltd": "ORGANIZATION"}
    comprehend.phrases = ["crates of tea"]
    comprehend.pii = {"Jane Doe": "NAME", "1 High Street": "ADDRESS"}
    answer, findings = enriched(cloud, context, LETTER)
    assert answer == {
        "location": {"bucket": "results-bucket", "key": f"work/{DOCUMENT.id}/1/enrichment.json"},
        "language": "en",
        "counts": {"entities": 2, "key_phrases": 1, "pii": 2},
        "redaction": "done",
    }
    assert findings["entities"][0] == {"text": "Jane Doe", "type": "PERSON", "score": 0.99, "count": 1}
    assert findings["key_phrases"] == [{"text": "crates of tea", "score": 0.99, "count": 1}]
    assert findings["pii"][0] == {"type": "NAME", "score": 0.99, "begin": 5, "end": 13}


def test_the_redacted_text_is_stored(cloud: Any, context: Any, comprehend: Any) -> None:
    comprehend.pii = {"Jane Doe": "NAME", "1 High Street": "ADDRESS"}
    _, findings = enriched(cloud, context, LETTER)
    text = cloud.read(findings["redacted_key"]).decode()
    assert text == LETTER.replace("Jane Doe", "[NAME]").replace("1 High Street", "[ADDRESS]")


def test_only_the_features_asked_for_are_called(cloud: Any, context: Any, comprehend: Any, setting: Callable[..., None]) -> None:
    setting(TEXT_FEATURES='["entities"]', LANGUAGE="de")
    answer, findings = enriched(cloud, context, LETTER)
    assert [name for name, _ in comprehend.calls] == ["DetectEntities"]
    assert (answer["language"], answer["redaction"], findings["redacted_key"]) == ("de", "off", None)


@pytest.mark.parametrize("language", ["de", "xx", "zh-TW"])
def test_without_personal_data_in_that_language_there_is_no_redacted_text(cloud: Any, context: Any, comprehend: Any, language: str) -> None:
    comprehend.language = language
    comprehend.entities = {"ACME Ltd": "ORGANIZATION"}
    answer, findings = enriched(cloud, context, LETTER)
    assert answer["redaction"] == "unsupported_language"
    assert findings["redacted_key"] is None
    assert answer["counts"]["entities"] == (0 if language == "xx" else 1)
    assert not any(key.endswith("redacted.txt") for key in cloud.result_keys())


def test_a_language_that_comprehend_refuses_after_all_leaves_no_redacted_text(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], setting: Callable[..., None]
) -> None:
    setting(TEXT_FEATURES='["pii"]', LANGUAGE="es")
    stub("comprehend").add_client_error("detect_pii_entities", "UnsupportedLanguageException")
    assert enriched(cloud, context, LETTER)[0]["redaction"] == "unsupported_language"
    assert not any(key.endswith("redacted.txt") for key in cloud.result_keys())


@pytest.mark.parametrize("text", ["too short", "  \n\f ", ""])
def test_a_text_too_short_to_tell_its_language_is_not_guessed_at(cloud: Any, context: Any, comprehend: Any, text: str) -> None:
    answer, _ = enriched(cloud, context, text)
    assert comprehend.calls == []
    assert answer["language"] is None
    assert answer["redaction"] == ("unsupported_language" if text.strip() else "done")


def test_a_blank_text_is_its_own_redaction(cloud: Any, context: Any, comprehend: Any) -> None:
    _, findings = enriched(cloud, context, "")
    assert cloud.read(findings["redacted_key"]) == b""


def test_a_repeated_entity_is_listed_once_with_its_number(cloud: Any, context: Any, comprehend: Any) -> None:
    comprehend.entities = {"tea": "OTHER"}
    _, findings = enriched(cloud, context, "tea and tea and tea for everybody here")
    assert findings["entities"] == [{"text": "tea", "type": "OTHER", "score": 0.99, "count": 3}]


def test_a_long_text_is_examined_in_parts_and_its_offsets_hold(cloud: Any, context: Any, comprehend: Any) -> None:
    comprehend.pii = {"Jäne Döe": "NAME"}
    line = "漢字 and some more words to fill the line 😀\n"
    text = line * 2_500 + "Jäne Döe\n" + line * 2_500
    _, findings = enriched(cloud, context, text)
    (span,) = findings["pii"]
    assert text[span["begin"] : span["end"]] == "Jäne Döe"
    assert sum(name == "DetectPiiEntities" for name, _ in comprehend.calls) >= 3
    assert "Jäne" not in cloud.read(findings["redacted_key"]).decode()


def test_personal_data_on_a_cut_is_seen_whole_in_one_of_the_two_parts(cloud: Any, context: Any, comprehend: Any) -> None:
    comprehend.pii = {"1 High\nStreet": "ADDRESS"}
    text = "x" * (CHUNK_BYTES - 8) + "\n" + "1 High\nStreet\n" + "y" * 500
    assert "1 High\nStreet" not in [chunk.text for chunk in split(text)]
    _, findings = enriched(cloud, context, text)
    assert findings["pii"] == [{"type": "ADDRESS", "score": 0.99, "begin": CHUNK_BYTES - 7, "end": CHUNK_BYTES + 6}]


def test_an_answer_without_its_optional_members_breaks_nothing(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], setting: Callable[..., None]
) -> None:
    setting(LANGUAGE="en")
    stub("comprehend").add_response("detect_entities", {"Entities": [{}]})
    stub("comprehend").add_response("detect_key_phrases", {})
    stub("comprehend").add_response("detect_pii_entities", {"Entities": [{"BeginOffset": 0, "EndOffset": 4}]})
    _, findings = enriched(cloud, context, LETTER)
    assert cloud.read(findings["redacted_key"]).decode().startswith("[PII] Jane")


def test_a_detection_without_candidates_is_no_language(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], setting: Callable[..., None]
) -> None:
    setting(TEXT_FEATURES='["pii"]')
    stub("comprehend").add_response("detect_dominant_language", {})
    assert enriched(cloud, context, LETTER)[0] == {
        "location": {"bucket": "results-bucket", "key": f"work/{DOCUMENT.id}/1/enrichment.json"},
        "language": None,
        "counts": {"entities": 0, "key_phrases": 0, "pii": 0},
        "redaction": "unsupported_language",
    }


def test_personal_data_without_a_place_fails_rather_than_being_left_in(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], setting: Callable[..., None]
) -> None:
    setting(TEXT_FEATURES='["pii"]', LANGUAGE="en")
    stub("comprehend").add_response("detect_pii_entities", {"Entities": [{"Type": "NAME"}]})
    with pytest.raises(Exception, match="KEYERROR"):
        enriched(cloud, context, LETTER)
    assert not any(key.endswith("redacted.txt") for key in cloud.result_keys())


def test_the_languages_are_those_of_comprehend() -> None:
    assert set(calls.LANGUAGES) == set(COMPREHEND.shape_for("LanguageCode").enum)  # type: ignore[attr-defined]
    assert set(calls.PII_LANGUAGES) < set(calls.LANGUAGES)


@given(texts, st.integers(4, 40), st.integers(0, 3))
def test_chunks_cover_the_text_within_the_limit(text: str, limit: int, overlap: int) -> None:
    chunks = split(text, limit=limit, overlap=overlap)
    assert all(0 < len(chunk.text.encode()) <= limit for chunk in chunks)
    assert all(text[chunk.start :].startswith(chunk.text) for chunk in chunks)
    covered = {chunk.start + offset for chunk in chunks for offset in range(len(chunk.text))}
    assert {place for place, character in enumerate(text) if not character.isspace()} <= covered


@given(texts, st.integers(4, 40))
def test_chunks_end_with_a_line_when_a_line_fits(text: str, limit: int) -> None:
    for chunk in split(text, limit=limit)[:-1]:
        end = chunk.start + len(chunk.text)
        assert chunk.text.endswith("\n") or "\n" not in chunk.text[1:] or end == len(text)


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_the_limit_counts_bytes(surplus: int) -> None:
    text = "é" * (CHUNK_BYTES // 2) + "x" * max(surplus, 0)
    assert len(split(text[: CHUNK_BYTES // 2 + surplus])) == (2 if surplus > 0 else 1)


spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 10), st.sampled_from(["NAME", "ADDRESS", "PIN"])).map(
        lambda span: {"begin": span[0], "end": span[0] + span[1], "type": span[2]}
    ),
    max_size=8,
)


@given(spans)
def test_nothing_of_a_span_is_left_and_nothing_else_is_lost(found: list[dict[str, Any]]) -> None:
    text = "".join(chr(0x4E00 + place) for place in range(60))
    hidden = {place for span in found for place in range(span["begin"], span["end"])}
    result = redacted(text, found)
    kept = [character for character in result if ord(character) >= 0x4E00]
    assert kept == [character for place, character in enumerate(text) if place not in hidden]


def test_overlapping_spans_become_one_and_adjacent_ones_stay_two() -> None:
    found = [{"begin": 2, "end": 6, "type": "NAME"}, {"begin": 0, "end": 4, "type": "ADDRESS"}, {"begin": 6, "end": 8, "type": "PIN"}]
    assert redacted("0123456789", found) == "[ADDRESS/NAME][PIN]89"


OPERATIONS = ["DetectDominantLanguage", "DetectEntities", "DetectKeyPhrases", "DetectPiiEntities"]
TRANSIENT = {"InternalServerException", "ResourceUnavailableException", "ThrottlingException", "TooManyRequestsException"}
ERRORS = [
    (operation, code)
    for operation in OPERATIONS
    for code in sorted(
        {*(shape.name for shape in COMPREHEND.operation_model(operation).error_shapes), "ThrottlingException", "TooManyRequestsException"}
    )
    if (operation, code) != ("DetectPiiEntities", "UnsupportedLanguageException")
]


@pytest.mark.parametrize(("operation", "code"), ERRORS)
def test_each_error_of_comprehend_is_retryable_or_terminal(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], setting: Callable[..., None], operation: str, code: str
) -> None:
    comprehend = stub("comprehend")
    setting(TEXT_FEATURES={"DetectEntities": '["entities"]', "DetectKeyPhrases": '["key_phrases"]'}.get(operation, '["pii"]'))
    if operation != "DetectDominantLanguage":
        setting(LANGUAGE="en")
    method = {name: python for python, name in client("comprehend").meta.method_to_api_mapping.items()}[operation]
    comprehend.add_client_error(method, code, "quotes Jane Doe")
    with pytest.raises((ConfigurationError, TransientServiceError)) as caught:
        enriched(cloud, context, LETTER)
    assert type(caught.value) is (TransientServiceError if code in TRANSIENT else ConfigurationError)
    assert "Jane" not in str(caught.value)


def test_the_loop_stops_while_there_is_time_to_say_so(cloud: Any, context: Any, comprehend: Any) -> None:
    context.remaining_ms = 10_000
    with pytest.raises(TransientServiceError, match="OUT_OF_TIME"):
        enriched(cloud, context, LETTER)
