"""Requests are refused for what Textract refuses."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.textract.requests import Features, check_start

QUERY = {"Text": "What is the total?"}


def test_features_and_queries_are_read() -> None:
    features = Features.of({"FeatureTypes": ["FORMS", "QUERIES"], "QueriesConfig": {"Queries": [QUERY]}}, asynchronous=False)
    assert (features.kinds, features.queries) == ({"FORMS", "QUERIES"}, (QUERY,))


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"FeatureTypes": []},
        {"FeatureTypes": ["MAGIC"]},
        {"FeatureTypes": ["QUERIES"]},
        {"FeatureTypes": ["QUERIES"], "QueriesConfig": {"Queries": []}},
        {"FeatureTypes": ["FORMS"], "QueriesConfig": {"Queries": [QUERY]}},
        {"FeatureTypes": ["QUERIES"], "QueriesConfig": {"Queries": [QUERY] * 16}},
        {"FeatureTypes": ["FORMS"], "HumanLoopConfig": {}},
        {"FeatureTypes": ["FORMS"], "AdaptersConfig": {}},
        *(
            {"FeatureTypes": ["QUERIES"], "QueriesConfig": {"Queries": [query]}}
            for query in (
                {"Text": ""},
                {"Text": " "},
                {"Text": "x" * 201},
                {"Text": "Größe?"},
                {**QUERY, "Alias": ""},
                {**QUERY, "Pages": ["0"]},
                {**QUERY, "Pages": ["1 - 2"]},
                {**QUERY, "Pages": ["*", "1"]},
            )
        ),
    ],
)
def test_refuses_wrong_features(request_: dict[str, Any]) -> None:
    with pytest.raises(StandInError, match="InvalidParameterException"):
        Features.of(request_, asynchronous=False)


def test_a_job_may_ask_more_queries() -> None:
    request = {"FeatureTypes": ["QUERIES"], "QueriesConfig": {"Queries": [QUERY] * 30}}
    assert len(Features.of(request, asynchronous=True).queries) == 30
    request["QueriesConfig"] = {"Queries": [QUERY] * 31}
    with pytest.raises(StandInError, match="at most 30 queries, got 31"):
        Features.of(request, asynchronous=True)


def test_takes_a_start_request() -> None:
    check_start({"DocumentLocation": {}, "ClientRequestToken": "a-B_9", "JobTag": "doc.1:x-Y_z", "KMSKeyId": "k", "OutputConfig": {}})


@pytest.mark.parametrize(
    ("request_", "wrong"),
    [
        ({}, "DocumentLocation"),
        ({"DocumentLocation": {}, "ClientRequestToken": "a b"}, "ClientRequestToken"),
        ({"DocumentLocation": {}, "ClientRequestToken": "a" * 65}, "ClientRequestToken"),
        ({"DocumentLocation": {}, "JobTag": "a/b"}, "JobTag"),
        ({"DocumentLocation": {}, "KMSKeyId": "k"}, "OutputConfig"),
    ],
)
def test_refuses_wrong_start_requests(request_: dict[str, Any], wrong: str) -> None:
    with pytest.raises(StandInError, match=wrong):
        check_start(request_)
