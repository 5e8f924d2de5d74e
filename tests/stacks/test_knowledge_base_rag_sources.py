import re
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from stacks.knowledge_base_rag_sources import S3SourceSettings, SourceSettings, SyncSettings, WebSourceSettings

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:crawler-AbCdEf"
KINDS: dict[str, dict[str, Any]] = {
    "s3": {"bucket": "policies"},
    "web": {"urls": ("https://example.com/handbook",)},
    "confluence": {"url": "https://example.atlassian.net", "secret_arn": SECRET},
    "sharepoint": {
        "domain": "example",
        "site_urls": ("https://example.sharepoint.com/sites/hr",),
        "tenant_id": "01234567-89ab-cdef-0123-456789abcdef",
        "secret_arn": SECRET,
    },
    "salesforce": {"url": "https://example.my.salesforce.com", "secret_arn": SECRET},
    "custom": {},
}


def read(kind: str, **settings: Any) -> Any:
    return TypeAdapter(SourceSettings).validate_python({"type": kind, **KINDS[kind], **settings})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_is_read_by_its_type(kind: str) -> None:
    assert read(kind).type == kind


def test_sources_keep_to_little_unless_told_otherwise() -> None:
    web, s3 = read("web"), read("s3")
    assert isinstance(web, WebSourceSettings)
    assert (web.scope, web.pages_per_minute, web.max_pages) == ("HOST_ONLY", 60, 1000)
    assert isinstance(s3, S3SourceSettings)
    assert (s3.prefix, s3.key_arn) == (None, None)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("web", {"urls": ("ftp://example.com",)}, "pattern"),
        ("web", {"pages_per_minute": 301}, "less than or equal to 300"),
        ("confluence", {"secret_arn": "secret"}, "pattern"),
        ("custom", {"url": "https://example.com"}, "Extra inputs are not permitted"),
    ],
)
def test_sources_that_bedrock_does_not_take_are_refused(kind: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(kind, **settings)


def test_uploads_are_gathered_for_five_minutes_at_most() -> None:
    assert SyncSettings(debounce_seconds=300).schedule_hours == 24
    with pytest.raises(ValidationError, match="less than or equal to 300"):
        SyncSettings(debounce_seconds=301)
