"""Which passages answers rest on."""

from dataclasses import dataclass

from ml_constructs.bedrock.limits import check_choice, check_range
from ml_constructs.bedrock.models import model_facts

SEARCH_TYPES = ("SEMANTIC", "HYBRID")
MOST_PASSAGES = 100


@dataclass(frozen=True, kw_only=True)
class Retrieval:
    """How passages are looked for, and how many the model is given.

    Args:
        passages: Given to the model at most, 1 to 100.
        search_type: ``SEMANTIC``, or ``HYBRID`` for words as well, in stores that index text.
        rerank_model: Id of a model that puts candidates in order; the order of the search stands when left out.
        candidates: What it chooses from, ``passages`` to 100.

    Raises:
        ValueError: A value out of its range, or a model that is known not to rerank.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-test-config.html
    """

    passages: int = 5
    search_type: str = "SEMANTIC"
    rerank_model: str | None = None
    candidates: int = 20

    def __post_init__(self) -> None:
        check_range("passages", self.passages, 1, MOST_PASSAGES)
        check_choice("search_type", self.search_type, SEARCH_TYPES)
        if self.rerank_model is None:
            return
        check_range("candidates", self.candidates, self.passages, MOST_PASSAGES)
        facts = model_facts(self.rerank_model)
        if facts is not None and facts.kind != "rerank":
            raise ValueError(f"rerank_model must be a model that reranks, got {self.rerank_model!r}")
