import io
from typing import Any

from rich.console import Console

from blueprints.trying.provenance import print_left, print_provenance

REPORT: dict[str, Any] = {
    "calls": [
        {"service": "textract", "operation": "AnalyzeDocument", "provenance": "stand-in rapidocr", "count": 3, "failed": 0},
        {"service": "s3", "operation": "PutObject", "provenance": "real", "count": 2, "failed": 0},
        {"service": "s3", "operation": "GetObject", "provenance": "real", "count": 5, "failed": 0},
    ],
    "resources": [
        {"type": "AWS::S3::Bucket", "provenance": "real"},
        {"type": "AWS::S3::Bucket", "provenance": "real"},
        {"type": "AWS::CloudTrail::Trail", "provenance": "stored only"},
    ],
}


def lines(show: Any, *arguments: Any) -> list[str]:
    text = io.StringIO()
    show(*arguments, Console(file=text, width=100))
    return [" ".join(line.split()) for line in text.getvalue().splitlines()]


def test_calls_are_told_by_who_answered_them_the_real_ones_first() -> None:
    told = lines(print_provenance, REPORT)
    assert told.index("s3 7 real") < told.index("textract 3 stand-in rapidocr")


def test_resources_are_told_by_how_real_they_were() -> None:
    told = lines(print_provenance, REPORT)
    assert told.index("2 of 1 types real") < told.index("1 of 1 types: AWS::CloudTrail::Trail 1 stored only")


def test_it_is_told_when_nothing_is_left() -> None:
    assert lines(print_left, []) == ["Left behind: nothing."]


def test_what_is_left_is_told_with_the_reason() -> None:
    left = [{"kind": "AWS::KMS::Key", "name": "key-1", "reason": "deleted on 2026-12-21"}]
    assert "AWS::KMS::Key key-1 deleted on 2026-12-21" in lines(print_left, left)
