from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from questions.callers import Caller, caller_of
from questions.deadlines import Deadline
from questions.errors import NoTenant
from questions.retrieval import LONGEST_QUERY, LONGEST_SOURCES, PAGE, SOURCE, Passage, retrieve, retrieve_request
from questions.settings import Settings, settings
from tests import bedrock_fakes
from tests.bedrock_fakes import TENANCY, Bedrock, passage, request

NORTH = Caller("north", "user-1")
RERANK = {"RERANK_MODEL_ARN": "arn:aws:bedrock:us-east-1::foundation-model/cohere.rerank-v3-5:0", "CANDIDATES": "20"}
SHAPE = boto3.client("bedrock-agent-runtime").meta.service_model.operation_model("Retrieve").input_shape


def configured(**variables: str) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        bedrock_fakes.configure(patch, **variables)
        found = settings()
    settings.cache_clear()
    return found


@pytest.fixture
def bedrock(monkeypatch: pytest.MonkeyPatch) -> Bedrock:
    return bedrock_fakes.installed(monkeypatch, **TENANCY)


@pytest.fixture
def found(bedrock: Bedrock, context: Any) -> Callable[[Any], tuple[Passage, ...]]:
    """The passages of what Retrieve answers."""

    def retrieved(results: Any) -> tuple[Passage, ...]:
        bedrock.results = results
        return retrieve("How much leave?", NORTH, settings(), Deadline(context))

    return retrieved


def search(text: str = "How much leave?", caller: Caller = NORTH, **variables: str) -> dict[str, Any]:
    found: dict[str, Any] = retrieve_request(text, caller, configured(**variables))["retrievalConfiguration"]
    return found["vectorSearchConfiguration"]  # type: ignore[no-any-return]


def test_a_question_is_asked_of_the_knowledge_base() -> None:
    request = retrieve_request("How much leave?", Caller(None, ""), configured())
    expected = {"vectorSearchConfiguration": {"numberOfResults": 5, "overrideSearchType": "SEMANTIC"}}
    assert request == {
        "knowledgeBaseId": "KNOWLEDGE1",
        "retrievalQuery": {"text": "How much leave?"},
        "retrievalConfiguration": expected,
    }


def test_words_are_searched_too_where_the_settings_say_so() -> None:
    assert search(SEARCH_TYPE="HYBRID")["overrideSearchType"] == "HYBRID"


def test_more_passages_are_fetched_for_reranking() -> None:
    found = search(**RERANK)
    assert found["numberOfResults"] == 20
    reranking = found["rerankingConfiguration"]["bedrockRerankingConfiguration"]
    assert reranking == {"modelConfiguration": {"modelArn": RERANK["RERANK_MODEL_ARN"]}, "numberOfRerankedResults": 5}


@pytest.mark.parametrize("variables", [{}, TENANCY, RERANK, TENANCY | RERANK])
def test_requests_are_as_the_api_wants_them(variables: dict[str, str]) -> None:
    built = retrieve_request("How much leave?", NORTH, configured(**variables))
    assert ParamValidator().validate(built, SHAPE).generate_report() == ""


def test_a_long_query_keeps_its_end_which_is_the_question() -> None:
    text = retrieve_request("x" * LONGEST_QUERY + "end", NORTH, configured())["retrievalQuery"]["text"]
    assert len(text) == LONGEST_QUERY
    assert text.endswith("xend")


def test_with_tenancy_only_the_tenants_passages_are_searched() -> None:
    assert search(**TENANCY)["filter"] == {"equals": {"key": "tenant", "value": "north"}}


@pytest.mark.parametrize("tenant", [None, ""])
def test_with_tenancy_there_is_no_request_without_a_tenant(tenant: str | None) -> None:
    with pytest.raises(NoTenant):
        search(caller=Caller(tenant, "user-1"), **TENANCY)


TENANT_SETTINGS = configured(**TENANCY)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
CLAIMS = st.none() | JSON | st.dictionaries(st.sampled_from(["custom:tenant", "tenant", "sub"]), JSON | st.text(), max_size=3)


@given(claims=CLAIMS, body=JSON, headers=JSON)
def test_with_tenancy_no_event_leads_to_a_search_without_a_filter(claims: Any, body: Any, headers: Any) -> None:
    event = request(body, claims=claims, headers=headers, queryStringParameters=headers)
    try:
        built = retrieve_request("question", caller_of(event, TENANT_SETTINGS), TENANT_SETTINGS)
    except NoTenant:
        return
    condition = built["retrievalConfiguration"]["vectorSearchConfiguration"]["filter"]
    assert condition == {"equals": {"key": "tenant", "value": claims["custom:tenant"]}}


@given(tenant=st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=200))
def test_the_filter_names_the_tenant_letter_for_letter(tenant: str) -> None:
    caller = caller_of(request({}, claims={"custom:tenant": tenant}), TENANT_SETTINGS)
    built = retrieve_request("question", caller, TENANT_SETTINGS)
    assert built["retrievalConfiguration"]["vectorSearchConfiguration"]["filter"]["equals"]["value"] == tenant


def test_passages_come_in_rank_order_with_source_score_and_page(found: Callable[[Any], Any]) -> None:
    results = [passage("One.", "s3://docs/a.pdf", 0.9, **{PAGE: 3.0}), passage("Two.", "s3://docs/b.md", 0.5)]
    assert found(results) == (Passage("One.", "s3://docs/a.pdf", 0.9, 3), Passage("Two.", "s3://docs/b.md", 0.5, None))


@pytest.mark.parametrize(
    ("location", "source"),
    [
        ({"type": "WEB", "webLocation": {"url": "https://example.com"}}, "https://example.com"),
        ({"type": "CONFLUENCE", "confluenceLocation": {"url": "https://wiki"}}, "https://wiki"),
        ({"type": "CUSTOM", "customDocumentLocation": {"id": "doc-1"}}, "doc-1"),
        ({"type": "KENDRA", "kendraDocumentLocation": {"uri": "kendra"}}, "kendra"),
        ({"type": "S3"}, "from metadata"),
        (None, "from metadata"),
    ],
)
def test_every_kind_of_source_has_its_address(found: Callable[[Any], Any], location: Any, source: str) -> None:
    (only,) = found([passage("One.", **{SOURCE: "from metadata"}) | {"location": location}])
    assert only.source == source


@pytest.mark.parametrize(
    "result",
    [
        None,
        5,
        {},
        {"content": None},
        {"content": {"type": "IMAGE", "byteContent": "data:"}},
        {"content": {"text": " "}},
        {"content": {"text": 1}},
    ],
)
def test_what_has_no_text_is_no_passage(found: Callable[[Any], Any], result: Any) -> None:
    assert [one.text for one in found([result, passage("One.")])] == ["One."]


@pytest.mark.parametrize("answer", [{}, {"retrievalResults": None}, {"retrievalResults": {"a": 1}}])
def test_an_answer_without_results_has_no_passages(found: Callable[[Any], Any], answer: dict[str, Any]) -> None:
    assert found(answer) == ()


@pytest.mark.parametrize(("score", "page"), [("high", "three"), (True, None), (float("nan"), float("inf")), (None, [])])
def test_scores_and_pages_that_are_no_numbers_are_left_out(found: Callable[[Any], Any], score: Any, page: Any) -> None:
    (only,) = found([passage("One.", **{PAGE: page}) | {"score": score}])
    assert (only.score, only.page) == (None, None)


def test_a_store_that_overlooks_the_filter_leaks_nothing(found: Callable[[Any], Any], printed: Callable[[], str]) -> None:
    results = [passage("Theirs.", tenant="south"), passage("Ours.", tenant="north"), passage("Nobody's.", tenant=None)]
    assert [one.text for one in found(results)] == ["Ours."]
    log = printed()
    assert "a passage of another tenant was returned" in log
    assert "south" not in log


def test_no_more_passages_are_used_than_grounding_looks_at(found: Callable[[Any], Any]) -> None:
    results = [passage("x" * (LONGEST_SOURCES - 10)), passage("y" * 10), passage("z")]
    assert [len(one.text) for one in found(results)] == [LONGEST_SOURCES - 10, 10]


def test_no_more_passages_are_used_than_were_asked_for(found: Callable[[Any], Any]) -> None:
    assert len(found([passage(f"{number}.") for number in range(9)])) == 5


def test_the_client_waits_no_longer_than_what_is_left(bedrock: Bedrock, context: Any) -> None:
    context.remaining_ms = 8_000
    retrieve("How much leave?", NORTH, settings(), Deadline(context))
    assert bedrock.read_timeouts == [5]
