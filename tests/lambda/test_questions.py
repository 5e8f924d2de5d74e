import math
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from questions import attempts, errors
from questions.attempts import attempted
from questions.clients import client
from questions.deadlines import CONNECT_SECONDS, READ_SECONDS, Deadline
from questions.errors import Busy, ConfigurationError, NotAccessible, QuestionError, Throttled, Unexpected, translated
from questions.runtime import named
from questions.settings import settings
from questions.shapes import items, number, part, text
from questions.stores import dispensable
from tests import bedrock_fakes
from tests.bedrock_fakes import Bedrock, error

OPERATIONS = {
    "Retrieve": "bedrock-agent-runtime",
    "Converse": "bedrock-runtime",
    "ConverseStream": "bedrock-runtime",
    "ApplyGuardrail": "bedrock-runtime",
}


@pytest.fixture
def bedrock(monkeypatch: pytest.MonkeyPatch) -> Bedrock:
    return bedrock_fakes.installed(monkeypatch)


# settings


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    bedrock_fakes.configure(monkeypatch, **bedrock_fakes.TENANCY, **bedrock_fakes.SESSIONS, PROMPT_CACHING="true", TEMPERATURE="0.5")
    found = settings()
    assert (found.passages, found.temperature, found.prompt_caching, found.session_turns) == (5, 0.5, True, 3)
    assert found.tenancy
    assert found.cache_table == ""


def test_a_temperature_left_empty_is_none_and_one_of_zero_stays_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    bedrock_fakes.configure(monkeypatch, TEMPERATURE="")
    assert settings().temperature is None
    bedrock_fakes.configure(monkeypatch, TEMPERATURE="0")
    assert settings().temperature == 0


def test_clients_are_a_list_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    bedrock_fakes.configure(monkeypatch, ALLOWED_CLIENTS='["one", "two"]')
    assert settings().allowed_clients == ("one", "two")
    bedrock_fakes.configure(monkeypatch)
    assert settings().allowed_clients == ()


@pytest.mark.parametrize("given", ["[]", "one", '"one"', '[""]', "[1]", "{}", "null"])
def test_clients_that_would_let_everybody_in_are_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    bedrock_fakes.configure(monkeypatch, ALLOWED_CLIENTS=given)
    with pytest.raises(ConfigurationError, match="ALLOWED_CLIENTS does not parse"):
        settings()


def test_every_missing_or_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    bedrock_fakes.configure(monkeypatch, PASSAGES="five", PROMPT_CACHING="yes", TEMPERATURE="warm")
    monkeypatch.delenv("MODEL_ID")
    with pytest.raises(ConfigurationError) as refused:
        settings()
    wrong = {"MODEL_ID is missing", "PASSAGES does not parse", "PROMPT_CACHING does not parse", "TEMPERATURE does not parse"}
    assert set(refused.value.message.split("; ")) == wrong


@pytest.mark.parametrize(
    ("variables", "wrong"),
    [
        ({"TENANT_CLAIM": "custom:tenant"}, "TENANT_CLAIM and TENANT_ATTRIBUTE must be given together"),
        ({"TENANT_ATTRIBUTE": "tenant"}, "TENANT_CLAIM and TENANT_ATTRIBUTE must be given together"),
        ({"SEARCH_TYPE": "KEYWORD"}, "SEARCH_TYPE must be one of SEMANTIC, HYBRID"),
        ({"PASSAGES": "0"}, "PASSAGES must be 1 to 100"),
        ({"PASSAGES": "101"}, "PASSAGES must be 1 to 100"),
        ({"RERANK_MODEL_ARN": "arn", "CANDIDATES": "4"}, "CANDIDATES must be PASSAGES to 100"),
        ({"SESSIONS_TABLE": "sessions"}, "SESSION_HOURS and SESSION_TURNS must be 1 or more"),
        ({"CACHE_TABLE": "answers"}, "CACHE_HOURS must be 1 or more"),
        ({"MAX_OUTPUT_TOKENS": "0"}, "MAX_QUESTION_CHARACTERS and MAX_OUTPUT_TOKENS must be 1 or more"),
    ],
)
def test_settings_that_do_not_fit_each_other_are_refused(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], wrong: str) -> None:
    bedrock_fakes.configure(monkeypatch, **variables)
    with pytest.raises(ConfigurationError, match=wrong):
        settings()


# errors


def declared(operation: str) -> list[str]:
    """The errors that botocore declares for an operation, those inside of its stream among them."""
    model = boto3.client(OPERATIONS[operation]).meta.service_model.operation_model(operation)  # type: ignore[call-overload]
    inside = model.get_event_stream_output()
    members = inside.members if inside is not None else {}
    return [shape.name for shape in model.error_shapes] + [name for name, shape in members.items() if shape.metadata.get("exception")]


EXPECTED: dict[str, type[QuestionError]] = {
    "AccessDeniedException": NotAccessible,
    "BadGatewayException": Busy,
    "ConflictException": Busy,
    "DependencyFailedException": Busy,
    "InternalServerException": Busy,
    "ModelErrorException": Busy,
    "ModelNotReadyException": Busy,
    "ModelStreamErrorException": Busy,
    "ModelTimeoutException": Busy,
    "ResourceNotFoundException": NotAccessible,
    "ServiceQuotaExceededException": Throttled,
    "ServiceUnavailableException": Busy,
    "ThrottlingException": Throttled,
    "ValidationException": ConfigurationError,
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_declared_error_has_its_status(operation: str) -> None:
    codes = declared(operation)
    assert len(codes) > 6
    for code in codes:
        assert type(translated(error(code, operation))) is EXPECTED[code[0].upper() + code[1:]], code


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("Throttling", 400, Throttled),
        ("TooManyRequestsException", 429, Throttled),
        ("ProvisionedThroughputExceededException", 400, Throttled),
        ("SomethingNew", 503, Busy),
        ("SomethingNew", 400, ConfigurationError),
        ("AccessDenied", 403, NotAccessible),
        ("UnrecognizedClientException", 403, NotAccessible),
    ],
)
def test_errors_that_no_operation_declares_have_theirs(code: str, status: int, expected: type[QuestionError]) -> None:
    assert type(translated(error(code, status=status))) is expected


def test_statuses_and_whether_to_ask_again() -> None:
    found = {kind.__name__: (int(kind.status), kind.again) for kind in (Throttled, Busy, NotAccessible, ConfigurationError, Unexpected)}
    assert found == {
        "Throttled": (429, True),
        "Busy": (503, True),
        "NotAccessible": (503, False),
        "ConfigurationError": (500, False),
        "Unexpected": (500, False),
    }


def test_a_model_without_access_is_told_in_words_to_act_on_and_without_its_arn() -> None:
    message = "User: arn:aws:sts::123456789012:assumed-role/x is not authorized to perform bedrock:InvokeModel on arn:aws:bedrock:x"
    refused = translated(error("AccessDeniedException", message=message))
    assert "has to be enabled for this account and region" in refused.message
    assert "arn:" not in str(refused)
    assert "function" in translated(error("AccessDeniedException", "Retrieve", message=message)).message


def test_a_service_that_cannot_be_reached_is_busy() -> None:
    for failure in (ReadTimeoutError(endpoint_url="https://x"), EndpointConnectionError(endpoint_url="https://x")):
        assert type(translated(failure)) is Busy


@pytest.mark.parametrize(
    ("raised", "expected", "word"),
    [
        (errors.Refused("QUESTION", "question must be …"), errors.Refused, '"refused"'),
        (error("ThrottlingException"), Throttled, '"refused"'),
        (error("AccessDeniedException"), NotAccessible, '"failed"'),
        (KeyError("secret"), Unexpected, '"failed"'),
    ],
)
def test_errors_are_logged_by_name_and_place(
    printed: Callable[[], str], raised: Exception, expected: type[QuestionError], word: str
) -> None:
    with pytest.raises(type(raised)) as caught:
        raise raised
    assert type(named(caught.value)) is expected
    log = printed()
    assert word in log
    assert "test_questions.py:" in log
    assert "secret" not in log


# deadlines, clients and attempts


@pytest.mark.parametrize(("remaining_ms", "most", "expected"), [(30_000, 600, 28), (30_000, 12, 12), (12_000, 60, 8), (3_000, 60, 1)])
def test_a_call_waits_no_longer_than_what_is_left(context: Any, remaining_ms: int, most: int, expected: int) -> None:
    context.remaining_ms = remaining_ms
    seconds = Deadline(context).read_seconds(most)
    assert seconds == expected
    assert seconds + CONNECT_SECONDS < remaining_ms / 1000


def test_several_attempts_share_what_is_left(context: Any) -> None:
    context.remaining_ms = 12_000
    assert Deadline(context).read_seconds(60, attempts=2) == 3


def test_without_time_nothing_is_called(context: Any) -> None:
    context.remaining_ms = 2_000
    with pytest.raises(Busy, match="OUT_OF_TIME"):
        Deadline(context).read_seconds(60)


def test_clients_are_kept_and_there_are_few() -> None:
    assert client("bedrock-runtime", 8) is client("bedrock-runtime", 8)
    assert len(READ_SECONDS) <= 15


@pytest.mark.parametrize(("service", "most"), [("bedrock-runtime", 1), ("bedrock-agent-runtime", 1), ("dynamodb", 2)])
def test_the_sdk_repeats_next_to_nothing(service: str, most: int) -> None:
    config = client(service, 8).meta.config
    assert (config.read_timeout, config.connect_timeout) == (8, CONNECT_SECONDS)
    assert config.retries["total_max_attempts"] == most


def failing(*failures: Exception) -> Callable[[int], str]:
    left = list(failures)

    def call(_: int) -> str:
        if left:
            raise left.pop(0)
        return "answer"

    return call


def test_a_throttled_call_is_repeated_after_a_wait(bedrock: Bedrock, context: Any) -> None:
    assert attempted(failing(error("ThrottlingException"), error("ModelNotReadyException", status=429)), Deadline(context), 10) == "answer"
    assert len(bedrock.waited) == 2
    assert all(0 < waited <= longest for waited, longest in zip(bedrock.waited, attempts.WAITS_SECONDS, strict=True))


def test_a_call_is_repeated_twice_at_most(bedrock: Bedrock, context: Any) -> None:
    with pytest.raises(Throttled):
        attempted(failing(*[error("ThrottlingException")] * 3), Deadline(context), 10)


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException", "ModelTimeoutException", "ModelErrorException"])
def test_what_would_fail_again_is_not_repeated(bedrock: Bedrock, context: Any, code: str) -> None:
    with pytest.raises(QuestionError):
        attempted(failing(error(code)), Deadline(context), 10)
    assert bedrock.waited == []


def test_a_call_that_ran_out_of_time_is_not_repeated(bedrock: Bedrock, context: Any) -> None:
    with pytest.raises(Busy):
        attempted(failing(ReadTimeoutError(endpoint_url="https://x")), Deadline(context), 10)
    assert bedrock.waited == []


def test_nothing_is_repeated_when_time_is_short(bedrock: Bedrock, context: Any) -> None:
    context.remaining_ms = 5_000
    with pytest.raises(Throttled):
        attempted(failing(error("ThrottlingException")), Deadline(context), 10)
    assert bedrock.waited == []


def test_a_table_that_can_be_done_without_is_passed_over(context: Any, printed: Callable[[], str]) -> None:
    def denied(_: int) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "secret"}}, "GetItem")

    assert dispensable(denied, Deadline(context), "the cache was not read") is None
    context.remaining_ms = 0
    assert dispensable(lambda _: "never", Deadline(context), "the cache was not read") is None
    log = printed()
    assert "AccessDeniedException" in log
    assert "Busy" in log
    assert "secret" not in log


# shapes


@pytest.mark.parametrize("value", [None, 1, "text", [], [{}], {"a": None}, {"a": 1}, {"a": [{"b": {}}]}, {"a": {"b": 5}}])
def test_shapes_that_are_not_there_are_empty(value: Any) -> None:
    assert part(value, "a", "b") == {}
    assert items(value, "b") == []
    assert text(value, "a") == ""
    assert number(value, "b") is None


def test_shapes_that_are_there_are_found() -> None:
    value = {"a": {"b": {"c": 1}}, "items": [1], "text": "t", "number": 2, "score": 0.5}
    assert part(value, "a", "b") == {"c": 1}
    assert items(value, "items") == [1]
    assert text(value, "text") == "t"
    assert (number(value, "number"), number(value, "score")) == (2.0, 0.5)


@pytest.mark.parametrize("value", [True, math.nan, math.inf, "1", None])
def test_only_finite_numbers_are_numbers(value: Any) -> None:
    assert number({"n": value}, "n") is None
