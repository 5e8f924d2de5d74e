import json
from dataclasses import replace

import pytest

from ml_constructs.ai_services.document_options import DocumentOptions, Query, Review

TEXT = DocumentOptions(features=("text",))
LISTS = ("synchronous_actions", "start_actions", "get_actions")


@pytest.mark.parametrize(
    ("features", "synchronous", "started"),
    [
        (("text",), ["DetectDocumentText"], ["StartDocumentTextDetection"]),
        (("text", "forms"), ["AnalyzeDocument"], ["StartDocumentAnalysis"]),
        (("layout",), ["AnalyzeDocument"], ["StartDocumentAnalysis"]),
        (("expense",), ["AnalyzeExpense"], ["StartExpenseAnalysis"]),
        (("identity",), ["AnalyzeID"], []),
        (("lending",), [], ["StartLendingAnalysis"]),
        (("text", "lending"), ["DetectDocumentText"], ["StartDocumentTextDetection", "StartLendingAnalysis"]),
    ],
)
def test_features_need_these_calls_of_textract(features: tuple[str, ...], synchronous: list[str], started: list[str]) -> None:
    options = DocumentOptions(features=features)
    assert options.synchronous_actions == [f"textract:{action}" for action in synchronous]
    assert options.start_actions == [f"textract:{action}" for action in started]
    assert options.get_actions == [f"textract:{action.replace('Start', 'Get')}" for action in started]


def test_text_features_need_these_calls_of_comprehend() -> None:
    assert TEXT.comprehend_actions == []
    found = replace(TEXT, text_features=("entities", "pii")).comprehend_actions
    assert found == ["comprehend:DetectDominantLanguage", "comprehend:DetectEntities", "comprehend:DetectPiiEntities"]


def test_a_known_language_is_not_looked_for() -> None:
    assert replace(TEXT, text_features=("key_phrases",), language="de").comprehend_actions == ["comprehend:DetectKeyPhrases"]


def test_questions_leave_out_what_was_left_out() -> None:
    options = DocumentOptions(features=("queries",), queries=(Query(text="Total?"), Query(text="Who?", alias="who", pages=("1", "3-*"))))
    assert json.loads(options.questions) == [{"text": "Total?"}, {"text": "Who?", "alias": "who", "pages": ["1", "3-*"]}]


@pytest.mark.parametrize(
    "change",
    [
        {"features": ("forms",)},
        {"text_features": ("pii",)},
        {"language": "es"},
        {"max_pages": 5},
        {"review": Review(confidence_percent=80, timeout_hours=1, on_timeout="fail")},
        {"features": ("queries",), "queries": (Query(text="Total?"),)},
    ],
    ids=str,
)
def test_a_cached_result_counts_for_the_same_configuration_only(change: dict[str, object]) -> None:
    assert TEXT.configuration_id == DocumentOptions(features=("text",)).configuration_id
    assert replace(TEXT, **change).configuration_id != TEXT.configuration_id  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"features": ()}, "features must be at least one of text, forms, .* got none"),
        ({"features": ("faces",)}, "features must be at least one of .* got faces"),
        ({"features": ("text",), "text_features": ("mood",)}, "text_features must be any of entities, key_phrases, pii, got mood"),
        ({"features": ("queries",)}, "queries must be asked exactly when features has 'queries', got 0"),
        ({"features": ("text",), "queries": (Query(text="Total?"),)}, "queries must be asked exactly when features has 'queries', got 1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DocumentOptions(**options)  # type: ignore[arg-type]
