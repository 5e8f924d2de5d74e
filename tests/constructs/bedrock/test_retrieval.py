from typing import Any

import pytest

from ml_constructs.bedrock.retrieval import Retrieval


def test_five_passages_are_found_by_meaning_by_default() -> None:
    assert Retrieval() == Retrieval(passages=5, search_type="SEMANTIC", rerank_model=None, candidates=20)


@pytest.mark.parametrize("model", ["amazon.rerank-v1:0", "somebody.rerank-v9:0"])
def test_rerankers_are_taken_listed_or_not(model: str) -> None:
    assert Retrieval(rerank_model=model, passages=100, candidates=100).rerank_model == model


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"passages": 0}, "passages must be from 1 to 100, got 0"),
        ({"passages": 101}, "passages must be from 1 to 100, got 101"),
        ({"search_type": "KEYWORD"}, "search_type must be one of SEMANTIC, HYBRID, got 'KEYWORD'"),
        ({"rerank_model": "amazon.rerank-v1:0", "candidates": 4}, "candidates must be from 5 to 100, got 4"),
        ({"rerank_model": "amazon.nova-lite-v1:0"}, "rerank_model must be a model that reranks, got 'amazon.nova-lite-v1:0'"),
    ],
)
def test_values_that_bedrock_would_refuse_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Retrieval(**wrong)
