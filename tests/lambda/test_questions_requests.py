import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions.callers import Caller, caller_of
from questions.errors import NoTenant, Refused, TooLarge, UnknownClient
from questions.requests import Question, parse
from questions.settings import Settings, settings
from tests import bedrock_fakes
from tests.bedrock_fakes import ACCOUNT, request

SESSION = "6f1c0b52-2f5e-4d0c-8a5f-0d6a3f3c2b11"
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6
)


@pytest.fixture(scope="module", autouse=True)
def _settings() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        bedrock_fakes.configure(patch, MAX_QUESTION_CHARACTERS="20", **bedrock_fakes.TENANCY)
        yield settings()
    settings.cache_clear()


@pytest.fixture(scope="module")
def limits(_settings: Settings) -> Settings:
    return _settings


# requests


def test_a_question_is_read_without_the_spaces_around_it(limits: Settings) -> None:
    assert parse(request({"question": "  How much leave?\n"}), limits) == Question("How much leave?")


def test_a_session_is_read(limits: Settings) -> None:
    assert parse(request({"question": "Why?", "session_id": SESSION}), limits).session_id == SESSION
    assert parse(request({"question": "Why?", "session_id": None}), limits).session_id is None


def test_a_body_in_base64_is_read(limits: Settings) -> None:
    body = base64.b64encode(json.dumps({"question": "Wozu?"}).encode()).decode()
    assert parse(request(body, isBase64Encoded=True), limits).text == "Wozu?"


@pytest.mark.parametrize("character", ["a", "ü", "語", "😀"])
def test_a_question_has_as_many_characters_as_are_allowed_whatever_their_bytes(limits: Settings, character: str) -> None:
    for length in (19, 20):
        assert parse(request({"question": character * length}), limits).text == character * length
    with pytest.raises(Refused, match=r"question must be a text of 1 to 20 characters, got 21"):
        parse(request({"question": character * 21}), limits)


def test_a_body_has_as_many_bytes_as_the_longest_question_needs(limits: Settings) -> None:
    most = 1024 + 12 * 20
    body = json.dumps({"question": "x"})
    for length in (most - 1, most):
        assert parse(request(body + " " * (length - len(body))), limits).text == "x"
    with pytest.raises(TooLarge, match=rf"must be at most {most} bytes, got {most + 1}"):
        parse(request(body + " " * (most + 1 - len(body))), limits)


@pytest.mark.parametrize("question", [None, 5, "", "  \n", ["x"], {"text": "x"}, True])
def test_a_question_that_is_none_is_refused(limits: Settings, question: Any) -> None:
    with pytest.raises(Refused, match=r"question must be a text of 1 to 20 characters, got none"):
        parse(request({"question": question}), limits)


def test_half_a_character_is_refused(limits: Settings) -> None:
    with pytest.raises(Refused, match="well-formed Unicode"):
        parse(request('{"question": "\\ud800"}'), limits)


@pytest.mark.parametrize("session_id", ["", "1", SESSION.upper(), f"{{{SESSION}}}", SESSION + "\n", 5, ["x"], "../" + SESSION[3:]])
def test_a_session_id_that_was_never_given_out_is_refused(limits: Settings, session_id: Any) -> None:
    with pytest.raises(Refused, match="session_id must be the session_id of an earlier response"):
        parse(request({"question": "x", "session_id": session_id}), limits)


@pytest.mark.parametrize("body", [None, "", "{", "[]", '"x"', "null", "[" * 700, "NaN"])
def test_a_body_that_is_no_object_is_refused(limits: Settings, body: Any) -> None:
    with pytest.raises(Refused, match="must be a JSON object"):
        parse(request(body), limits)


def test_a_body_that_is_no_base64_is_refused(limits: Settings) -> None:
    with pytest.raises(Refused, match="base64"):
        parse(request("{}", isBase64Encoded=True), limits)


def test_members_that_nobody_knows_are_refused(limits: Settings) -> None:
    with pytest.raises(Refused, match="The members of the body must be question and session_id"):
        parse(request({"question": "x", "tenant": "b"}), limits)


@given(event=JSON | st.fixed_dictionaries({"body": JSON, "isBase64Encoded": JSON}))
def test_whatever_comes_is_read_or_refused(limits: Settings, event: Any) -> None:
    with contextlib.suppress(Refused, TooLarge):
        assert 1 <= len(parse(event, limits).text) <= 20


# callers

NORTH = {"custom:tenant": "north", "sub": "user-1"}
CLIENTS = {"ALLOWED_CLIENTS": '["app", "other+app"]'}


def test_the_tenant_is_the_claim_of_the_token(limits: Settings) -> None:
    event = request({}, claims={"custom:tenant": "north", "sub": "user-1"})
    assert caller_of(event, limits) == Caller("north", "user-1")


def test_without_tenancy_nobody_has_a_tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    bedrock_fakes.configure(monkeypatch)
    assert caller_of(request({}, claims={"custom:tenant": "north"}), settings()).tenant is None


def test_a_caller_without_a_token_is_its_iam_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    bedrock_fakes.configure(monkeypatch)
    assert caller_of(request({}), settings()).subject == f"arn:aws:iam::{ACCOUNT}:user/ada"
    assert caller_of({}, settings()).subject == ""


@pytest.mark.parametrize("tenant", [None, "", " ", 5, ["north"], {"a": 1}, "a\nb", "a\0", "x" * 201, "\u202enorth"])
def test_a_token_without_a_usable_tenant_is_forbidden(limits: Settings, tenant: Any) -> None:
    with pytest.raises(NoTenant):
        caller_of(request({}, claims={"custom:tenant": tenant, "sub": "user-1"}), limits)


@pytest.mark.parametrize("tenant", ["a", "x" * 200, "Zoë & Söhne", "a/b", "..", "$ne"])
def test_a_tenant_is_taken_as_it_is(limits: Settings, tenant: str) -> None:
    assert caller_of(request({}, claims={"custom:tenant": tenant}), limits).tenant == tenant


def test_tokens_of_every_client_are_served_unless_some_are_named(limits: Settings) -> None:
    for client in ("app", None):
        assert caller_of(request({}, claims={**NORTH, "aud": client}), limits).tenant == "north"


@pytest.mark.parametrize("client", ["app", "other+app"])
def test_tokens_of_the_clients_that_are_named_are_served(monkeypatch: pytest.MonkeyPatch, client: str) -> None:
    bedrock_fakes.configure(monkeypatch, **bedrock_fakes.TENANCY, **CLIENTS)
    assert caller_of(request({}, claims={**NORTH, "aud": client}), settings()) == Caller("north", "user-1")


@pytest.mark.parametrize("claims", [{"aud": "App"}, {"aud": "ap"}, {"aud": ["app"]}, {"aud": {}}, {"aud": None}, {"client_id": "app"}, {}])
def test_tokens_of_other_clients_are_forbidden(monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any]) -> None:
    bedrock_fakes.configure(monkeypatch, **CLIENTS)
    with pytest.raises(UnknownClient) as refused:
        caller_of(request({"aud": "app"}, claims={**NORTH, **claims}, headers={"aud": "app"}), settings())
    assert refused.value.status == 403


@given(event=JSON, forged=st.text(min_size=1))
def test_nothing_but_the_claim_makes_a_tenant(limits: Settings, event: Any, forged: str) -> None:
    names = {"custom:tenant": forged, "tenant": forged}
    written = {"headers": names, "queryStringParameters": names, "body": json.dumps(names), "pathParameters": names, **names}
    context = {"requestContext": {"identity": names, "authorizer": names, **names}}
    for forgery in (event, written, written | context, written | {"requestContext": event}):
        with pytest.raises(NoTenant):
            caller_of(forgery, limits)
