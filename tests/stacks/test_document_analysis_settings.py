import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.document_analysis import DocumentAnalysisSettings

QUERY = {"text": "What is the total?"}


def test_without_comprehend_its_endpoint_is_left_out() -> None:
    assert DocumentAnalysisSettings(text_features=()).required_endpoints == ("sqs", "states", "textract")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"features": ()}, "features"),
        ({"features": ("faces",)}, "'text', 'forms', 'tables'"),
        ({"features": ("text", "text")}, "features must name each entry once, got text more than once"),
        ({"text_features": ("pii", "pii")}, "text_features must name each entry once, got pii more than once"),
        ({"existing_buckets": ({"name": "scans"}, {"name": "scans"})}, "existing_buckets must name each entry once, got scans"),
        ({"features": ("queries",)}, "queries must have from 1 to 15 entries when features has 'queries', got none"),
        ({"queries": (QUERY,)}, "queries must be left out unless features has 'queries', got 1 of them"),
        ({"features": ("queries",), "queries": (QUERY,) * 16}, "at most 15"),
        ({"features": ("queries",), "queries": ({"text": "Wie hoch ist die Gebühr?"},)}, "pattern"),
        ({"features": ("queries",), "queries": ({**QUERY, "pages": ("0",)},)}, "pattern"),
        ({"language": "de"}, "language must be one of auto, en, es when text_features has 'pii', got de"),
        ({"language": "xx"}, "'auto', 'en'"),
        ({"max_pages": 3001}, "less than or equal to 3000"),
        ({"max_megabytes": 501}, "less than or equal to 500"),
        ({"max_concurrent_documents": 0}, "greater than or equal to 1"),
        ({"execution_timeout_hours": 2}, "greater than or equal to 3"),
        (
            {"review": {"enabled": True, "timeout_hours": 167}},
            "execution_timeout_hours must be at least 169, 2 more than review.timeout_hours, got 168 with review.timeout_hours 167",
        ),
        ({"retention_days": 6}, "retention_days must be 0, or as long as execution_timeout_hours at least, got 6 with"),
        ({"review": {"confidence_percent": 0}}, "greater than 0"),
        ({"review": {"on_timeout": "ignore"}}, "'accept', 'reject' or 'fail'"),
        ({"existing_buckets": ({"name": "scans", "key_arn": "alias/mine"},)}, "pattern"),
        ({"alarms": {"pages_per_day": 0}}, "greater than or equal to 1"),
        ({"featurs": ("text",)}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_do_not_work_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        DocumentAnalysisSettings(**settings)


def test_a_language_without_personal_data_may_be_any() -> None:
    assert DocumentAnalysisSettings(language="de", text_features=("entities",)).options.language == "de"


def test_settings_become_options() -> None:
    options = DocumentAnalysisSettings(
        features=("text", "queries"),
        queries=({**QUERY, "pages": ("1", "2-*")},),
        max_megabytes=2,
        review={"enabled": True, "confidence_percent": 70, "timeout_hours": 5, "on_timeout": "fail"},
    ).options
    assert (options.queries[0].text, options.queries[0].pages) == ("What is the total?", ("1", "2-*"))
    assert options.max_bytes == 2_000_000
    assert options.review is not None
    assert (options.review.confidence_percent, options.review.timeout_hours, options.review.on_timeout) == (70, 5, "fail")
    assert DocumentAnalysisSettings().options.review is None
