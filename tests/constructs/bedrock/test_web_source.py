from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.web_source import WebSource

URL = "https://example.com/docs/"


def rendered(source: WebSource) -> Any:
    found = cdk.Stack().resolve(source.configuration())
    assert found["type"] == "WEB"
    return found["webConfiguration"]


def test_pages_below_the_urls_are_crawled_as_fast_and_far_as_bedrock_can() -> None:
    assert rendered(WebSource((URL,))) == {
        "sourceConfiguration": {"urlConfiguration": {"seedUrls": [{"url": URL}]}},
        "crawlerConfiguration": {"crawlerLimits": {"maxPages": 25_000, "rateLimit": 300}},
    }


def test_a_site_is_crawled_as_told() -> None:
    agent = "handbook-crawler"
    source = WebSource((URL,), "HOST_ONLY", (".*/docs/.*",), (r".*\.pdf",), rate_limit=1, max_pages=1, user_agent=agent)
    assert rendered(source)["crawlerConfiguration"] == {
        "crawlerLimits": {"maxPages": 1, "rateLimit": 1},
        "exclusionFilters": [r".*\.pdf"],
        "inclusionFilters": [".*/docs/.*"],
        "scope": "HOST_ONLY",
        "userAgent": agent,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"urls": ()}, "number of urls must be from 1 to 100, got 0"),
        ({"urls": (URL,) * 101}, "number of urls must be from 1 to 100, got 101"),
        ({"urls": ("ftp://example.com",)}, "url must be an http or https address, got 'ftp://example.com'"),
        ({"scope": "PATH"}, "scope must be one of HOST_ONLY, SUBDOMAINS, got 'PATH'"),
        ({"include": ("x",) * 26}, "include must be at most 25 patterns, got 26"),
        ({"exclude": ("x" * 1001,)}, "a pattern of exclude must have 1 to 1000 characters, got 1001"),
        ({"rate_limit": 0}, "rate_limit must be from 1 to 300, got 0"),
        ({"rate_limit": 301}, "rate_limit must be from 1 to 300, got 301"),
        ({"max_pages": 25_001}, "max_pages must be from 1 to 25000, got 25001"),
        ({"user_agent": "x" * 14}, "characters of user_agent must be from 15 to 40, got 14"),
        ({"user_agent": "x" * 41}, "characters of user_agent must be from 15 to 40, got 41"),
    ],
)
def test_values_that_bedrock_does_not_take_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WebSource(**{"urls": (URL,), **arguments})
