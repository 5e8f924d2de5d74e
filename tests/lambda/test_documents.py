import ast
import itertools
import json
import logging
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents import answers, batches, clients, environment, errors, index, jobs, rejections, reviews, runtime, storage, tables, textract
from documents.errors import (
    ConfigurationError,
    DocumentRejected,
    HandlerError,
    JobFailed,
    MalformedEvent,
    TransientServiceError,
    UnexpectedError,
)
from documents.naming import Document, execution_name, job_tag, work_key
from documents.rejections import Places, Rejection
from documents.textract import Analysis

WITH_CLOUD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
SOURCES = Path(errors.__file__).parents[1]
PACKAGES = [
    "documents",
    "start_analysis",
    "inspect_document",
    "analyze_image",
    "start_textract_job",
    "complete_textract_job",
    "collect_textract_job",
    "assemble_document",
    "enrich_text",
    "request_review",
    "decide_review",
    "store_result",
    "record_rejection",
    "close_execution",
]
CALLED = {
    "comprehend": {"DetectDominantLanguage", "DetectEntities", "DetectKeyPhrases", "DetectPiiEntities"},
    "dynamodb": {"GetItem", "Query", "UpdateItem"},
    "s3": {
        "AbortMultipartUpload",
        "CompleteMultipartUpload",
        "CopyObject",
        "CreateMultipartUpload",
        "GetObject",
        "HeadObject",
        "PutObject",
        "UploadPart",
    },
    "sqs": {"SendMessage"},
    "stepfunctions": {"DescribeExecution", "SendTaskSuccess", "StartExecution"},
    "textract": {
        "AnalyzeDocument",
        "AnalyzeExpense",
        "AnalyzeID",
        "DetectDocumentText",
        "GetDocumentAnalysis",
        "GetDocumentTextDetection",
        "GetExpenseAnalysis",
        "GetLendingAnalysis",
        "StartDocumentAnalysis",
        "StartDocumentTextDetection",
        "StartExpenseAnalysis",
        "StartLendingAnalysis",
    },
}
EXPECTED: dict[type[HandlerError], set[str]] = {
    TransientServiceError: {
        "ConditionalCheckFailedException",
        "ExecutionLimitExceeded",
        "InternalServerError",
        "InternalServerException",
        "ItemCollectionSizeLimitExceededException",
        "KmsThrottled",
        "KmsThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ResourceUnavailableException",
        "ThrottlingException",
        "TransactionConflictException",
    },
    DocumentRejected: {"BadDocumentException", "DocumentTooLargeException", "InvalidS3ObjectException", "UnsupportedDocumentException"},
    JobFailed: {"InvalidJobIdException"},
    ConfigurationError: {
        "AccessDeniedException",
        "EncryptionTypeMismatch",
        "ExecutionAlreadyExists",
        "ExecutionDoesNotExist",
        "HumanLoopQuotaExceededException",
        "IdempotentParameterMismatchException",
        "InvalidAddress",
        "InvalidArn",
        "InvalidExecutionInput",
        "InvalidKMSKeyException",
        "InvalidMessageContents",
        "InvalidName",
        "InvalidObjectState",
        "InvalidOutput",
        "InvalidParameterException",
        "InvalidRequest",
        "InvalidRequestException",
        "InvalidSecurity",
        "InvalidToken",
        "InvalidWriteOffset",
        "KmsAccessDenied",
        "KmsAccessDeniedException",
        "KmsDisabled",
        "KmsInvalidKeyUsage",
        "KmsInvalidState",
        "KmsInvalidStateException",
        "KmsNotFound",
        "KmsOptInRequired",
        "NoSuchKey",
        "NoSuchUpload",
        "ObjectNotInActiveTierError",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "StateMachineDeleting",
        "StateMachineDoesNotExist",
        "TaskDoesNotExist",
        "TaskTimedOut",
        "TextSizeLimitExceededException",
        "TooManyParts",
        "UnsupportedLanguageException",
        "UnsupportedOperation",
        "ValidationException",
    },
}


def client_error(code: str, status: int = 400, operation: str = "Operation", message: str = "secret") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)


def a_document(key: str = "scan.pdf", **changes: Any) -> Document:
    values: dict[str, Any] = {"bucket": "bucket", "key": key, "version_id": "v", "etag": "e", "sequencer": "0A", "size": 1}
    return Document.identify(**values | changes)


# errors


def declared_errors() -> Iterator[tuple[str, str, str]]:
    session = botocore.session.get_session()
    for service, operations in CALLED.items():
        for operation in sorted(operations):
            shapes = session.get_service_model(service).operation_model(operation).error_shapes
            for shape in {*(shape.name for shape in shapes), "ThrottlingException"}:
                yield service, operation, shape


@pytest.mark.parametrize(("service", "operation", "code"), sorted(declared_errors()))
def test_every_declared_error_of_every_called_operation_has_its_named_error(service: str, operation: str, code: str) -> None:
    named = errors.translated(client_error(code, operation=operation))
    assert [kind for kind, codes in EXPECTED.items() if code in codes] == [type(named)]
    assert "secret" not in str(named)


def test_the_list_of_called_operations_is_the_one_in_the_sources() -> None:
    session = botocore.session.get_session()
    upload = {"abort_multipart_upload", "complete_multipart_upload", "create_multipart_upload", "put_object", "upload_part"}
    found: dict[str, set[str]] = {"textract": {*textract.SYNCHRONOUS.values(), *textract.START.values(), *textract.GET.values()}}
    for package in PACKAGES:
        for path in (SOURCES / package).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "client":
                    service = node.value.args[0].value  # type: ignore[attr-defined]
                    found.setdefault(service, set()).update(upload if node.attr == "upload_fileobj" else {node.attr})
    found["s3"] |= {"head_object", "get_object"}
    found["comprehend"] |= set(re.findall(r'"(detect_\w+)"', (SOURCES / "enrich_text/comprehend.py").read_text()))
    names = {service: {clients.client(service).meta.method_to_api_mapping[name] for name in methods} for service, methods in found.items()}
    assert names == CALLED
    assert session.get_available_services()


@pytest.mark.parametrize("code", ["Throttling", "TooManyRequestsException", "SlowDown", "RequestTimeout", "ServiceUnavailable"])
def test_throttles_that_no_operation_declares_are_transient(code: str) -> None:
    assert type(errors.translated(client_error(code))) is TransientServiceError


def test_an_unknown_error_is_transient_only_when_the_service_is_at_fault() -> None:
    assert type(errors.translated(client_error("Odd", status=503))) is TransientServiceError
    assert type(errors.translated(client_error("Odd", status=400))) is ConfigurationError
    assert type(errors.translated(ClientError({}, "Operation"))) is ConfigurationError


@pytest.mark.parametrize("error", [EndpointConnectionError(endpoint_url="https://secret"), ReadTimeoutError(endpoint_url="https://secret")])
def test_a_lost_connection_is_transient_and_names_no_address(error: Exception) -> None:
    named = errors.translated(error)  # type: ignore[arg-type]
    assert type(named) is TransientServiceError
    assert "secret" not in str(named)


def test_a_refused_permission_says_what_to_do() -> None:
    named = errors.translated(client_error("AccessDeniedException", operation="AnalyzeDocument"))
    assert (
        str(named)
        == "AccessDeniedException: AWS refused AnalyzeDocument with AccessDeniedException. The role of this function lacks a permission."
    )


# environment


@dataclass(frozen=True)
class Model:
    some_name: str
    some_number: int
    some_share: float
    some_list: tuple[str, ...]
    optional: str = "default"


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name, value in {"SOME_NAME": "a", "SOME_NUMBER": "2", "SOME_SHARE": "2.5", "SOME_LIST": '["b", "c"]'}.items():
        monkeypatch.setenv(name, value)
    environment.environment.cache_clear()
    yield monkeypatch
    environment.environment.cache_clear()


def test_the_environment_is_read_into_the_types_of_the_model(variables: pytest.MonkeyPatch) -> None:
    assert environment.environment(Model) == Model("a", 2, 2.5, ("b", "c"))


def test_the_environment_is_read_once(variables: pytest.MonkeyPatch) -> None:
    first = environment.environment(Model)
    variables.setenv("SOME_NAME", "other")
    assert environment.environment(Model) is first


def test_every_wrong_variable_is_named_at_once(variables: pytest.MonkeyPatch) -> None:
    variables.delenv("SOME_NAME")
    variables.setenv("SOME_NUMBER", "many")
    variables.setenv("SOME_LIST", "[")
    with pytest.raises(ConfigurationError, match="SOME_NAME is missing; SOME_NUMBER does not parse; SOME_LIST does not parse"):
        environment.environment(Model)


# clients


def test_a_client_is_made_once() -> None:
    assert clients.client("sqs") is clients.client("sqs")


@pytest.mark.parametrize("service", sorted(CALLED))
def test_no_call_outlasts_the_minute_and_a_half_that_functions_are_given(service: str) -> None:
    config = clients.client(service).meta.config
    attempts = 3
    assert attempts * (config.connect_timeout + config.read_timeout) + clients.BACKOFF_SECONDS <= 90


def test_the_worst_case_counts_all_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "ATTEMPTS", 3)
    assert clients.worst_case_seconds("textract") == 3 * (2 + 25) + 3
    assert clients.worst_case_seconds("s3") == 3 * (2 + 10) + 3


def test_services_with_low_quotas_pace_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "PACED", ("textract",))
    assert clients._config("textract").retries["mode"] == "adaptive"
    assert clients._config("s3").retries["mode"] == "standard"


# runtime


def test_no_handler_imports_what_it_may_never_need() -> None:
    handlers = "\n".join(f"import {package}.handler" for package in PACKAGES if package != "documents")
    heavy = "sorted({'pypdf', 'pydantic', 'requests', 'jsonschema'} & set(sys.modules))"
    code = f"import sys\n{handlers}\nassert not {heavy}, {heavy}"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=SOURCES)


def outputs(printed: Callable[[], str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed().splitlines()]


def test_a_handler_returns_its_value_without_any_metric(context: Any, printed: Callable[[], str]) -> None:
    assert runtime.task(lambda event, _: event["value"])({"value": 1}, context) == 1
    assert outputs(printed) == []


def test_metrics_are_flushed_once_and_carry_the_service(context: Any, printed: Callable[[], str]) -> None:
    handler = runtime.task(lambda event, _: runtime.count("Things", event["value"]))
    handler({"value": 2}, context)
    handler({"value": 3}, context)
    first, second = outputs(printed)
    assert (first["Things"], second["Things"]) == ([2.0], [3.0])
    assert first["service"] == "document-analysis"
    assert first["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "MlBlueprints"


def test_metrics_are_flushed_when_the_handler_fails(context: Any, printed: Callable[[], str]) -> None:
    def failing(event: dict[str, Any], _: Any) -> None:
        runtime.count("Things")
        raise DocumentRejected("CODE", "message")

    with pytest.raises(DocumentRejected):
        runtime.task(failing)({}, context)
    assert any("Things" in line for line in outputs(printed))


def test_a_metric_by_dimension_is_counted_as_a_whole_too(context: Any, printed: Callable[[], str]) -> None:
    runtime.task(lambda event, _: runtime.count_by("Refused", "code", "EMPTY"))({}, context)
    lines = outputs(printed)
    assert sorted(line.get("code", "-") for line in lines) == ["-", "EMPTY"]
    assert all(line["Refused"] == [1.0] for line in lines)


@pytest.mark.parametrize(
    ("raised", "named"),
    [
        (ValueError("secret"), UnexpectedError),
        (KeyError("secret"), UnexpectedError),
        (client_error("ThrottlingException"), TransientServiceError),
        (client_error("AccessDenied"), ConfigurationError),
        (DocumentRejected("CODE", "message"), DocumentRejected),
    ],
)
def test_whatever_is_raised_leaves_as_a_named_error_without_its_text(
    raised: Exception, named: type[HandlerError], context: Any, printed: Callable[[], str]
) -> None:
    def failing(event: dict[str, Any], _: Any) -> None:
        raise raised

    with pytest.raises(named) as caught:
        runtime.task(failing)({}, context)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    text = printed()
    assert "secret" not in f"{caught.value!r} {text}"
    assert json.loads(text.splitlines()[-1])["error"] == named.__name__


def test_an_unexpected_error_tells_its_line(context: Any) -> None:
    with pytest.raises(UnexpectedError, match=r"ZERODIVISIONERROR: Raised at lambda/test_documents.py:\d+"):
        runtime.task(lambda event, _: 1 / 0)({}, context)


def test_an_error_inside_a_library_tells_the_line_that_called_it(context: Any) -> None:
    with pytest.raises(UnexpectedError, match=r"Raised at documents/storage.py:\d+"):
        runtime.task(lambda event, _: storage._Stream(iter([object()])).read())({}, context)  # type: ignore[list-item]


def test_log_lines_carry_the_document_id_of_this_invocation_only(context: Any, printed: Callable[[], str]) -> None:
    def handler(event: dict[str, Any], _: Any) -> None:
        if event:
            runtime.identify("some-id", 2)
        runtime.logger.info("here")

    runtime.task(handler)({"any": 1}, context)
    runtime.task(handler)({}, context)
    first, second = outputs(printed)
    assert (first["document_id"], first["attempt"]) == ("some-id", 2)
    assert "document_id" not in second


def test_too_little_time_is_an_error_that_is_worth_a_retry(context: Any) -> None:
    context.remaining_ms = 5_000
    runtime.require_time(context, 5)
    with pytest.raises(TransientServiceError, match=r"Fewer than 5\.5 seconds remain"):
        runtime.require_time(context, 5.5)


# naming


def test_the_id_depends_on_bucket_key_and_version() -> None:
    ids = {a_document().id, a_document(bucket="other").id, a_document("other").id, a_document(version_id="w").id}
    assert len(ids) == 4
    assert a_document().id == a_document(sequencer="0B", size=9, etag="f").id


def test_without_a_version_the_etag_tells_contents_apart() -> None:
    assert a_document(version_id=None).id != a_document(version_id=None, etag="f").id


def test_a_listing_and_an_event_name_the_same_content_alike() -> None:
    assert a_document(version_id=None, etag='"e"') == a_document(version_id=None, etag="e")


def test_versions_called_null_are_told_apart_by_their_content() -> None:
    first, second = a_document(version_id="null", etag="e"), a_document(version_id="null", etag="f")
    assert first.id != second.id
    assert first.version_id is None


def test_a_document_survives_the_state_machine() -> None:
    document = a_document("ümläut +%20")
    assert Document.of({"document": json.loads(json.dumps(document.as_dict()))}) == document


@given(st.text(), st.integers(1, 10**12))
def test_derived_names_fit_the_limits_of_the_services(key: str, attempt: int) -> None:
    document = a_document(key)
    assert re.fullmatch(r"[0-9a-f]{40}-\d+", execution_name(document.id, attempt))
    assert len(execution_name(document.id, attempt)) <= 80
    assert re.fullmatch(r"[a-zA-Z0-9_.\-:]{1,64}", job_tag(document.id, attempt, "document"))
    assert work_key(document.id, 1, "text.txt") == f"work/{document.id}/1/text.txt"


# storage


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.floats(allow_nan=False) | st.text(), st.lists)))
@WITH_CLOUD
def test_json_is_read_as_it_was_written(cloud: Any, value: dict[str, Any]) -> None:
    location = {"bucket": "results-bucket", "key": "value.json"}
    storage.write_json(location, value)  # type: ignore[arg-type]
    assert storage.read_json(location) == value  # type: ignore[arg-type]


@given(st.lists(st.dictionaries(st.text(), st.text(), max_size=3), max_size=5))
@WITH_CLOUD
def test_responses_are_read_as_they_were_written(cloud: Any, responses: list[dict[str, Any]]) -> None:
    location = {"bucket": "results-bucket", "key": "responses.json"}
    storage.write_responses(location, "document", responses)  # type: ignore[arg-type]
    assert list(storage.read_responses(location)) == responses  # type: ignore[arg-type]
    assert json.loads(cloud.read("responses.json")) == {"kind": "document", "responses": responses}


def test_responses_are_streamed_with_bounded_memory(cloud: Any) -> None:
    location: storage.Location = {"bucket": "results-bucket", "key": "large.json"}
    response = {"Blocks": [{"Text": "x" * 1_000_000}]}
    parts: list[int] = []
    clients.client("s3").meta.events.register_first("before-call.s3.UploadPart", lambda **_: parts.append(1), unique_id="parts")
    try:
        storage.write_responses(location, "document", itertools.repeat(response, 20))
    finally:
        clients.client("s3").meta.events.unregister("before-call.s3.UploadPart", unique_id="parts")
    assert len(parts) == 3
    assert sum(1 for _ in storage.read_responses(location)) == 20


def test_a_response_is_dropped_before_the_next_is_made() -> None:
    stream = storage._Stream(iter([b"x" * 1_000_000] * 64))
    tracemalloc.start()
    while stream.read(storage.PART_BYTES):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * storage.PART_BYTES


def test_an_error_while_responses_are_fetched_leaves_nothing_behind(cloud: Any) -> None:
    def responses() -> Iterator[dict[str, Any]]:
        yield {"Blocks": ["x" * 9_000_000]}
        raise JobFailed("CODE", "message")

    with pytest.raises(JobFailed):
        storage.write_responses({"bucket": "results-bucket", "key": "broken.json"}, "document", responses())
    assert cloud.result_keys() == []
    assert not cloud.s3.list_multipart_uploads(Bucket="results-bucket").get("Uploads")


def test_text_is_utf8_and_halves_of_characters_are_replaced(cloud: Any) -> None:
    storage.write_text({"bucket": "results-bucket", "key": "text.txt"}, "ä\ud800")
    assert cloud.read("text.txt").decode() == "ä?"


def test_a_copy_onto_itself_is_no_call(cloud: Any) -> None:
    location: storage.Location = {"bucket": "results-bucket", "key": "absent"}
    storage.copy(location, location)
    with pytest.raises(ClientError):
        storage.copy(location, {"bucket": "results-bucket", "key": "other"})


# tables


@given(st.dictionaries(st.text("abc", min_size=1), st.recursive(st.booleans() | st.integers(-(10**9), 10**9) | st.text(), st.lists)))
def test_values_survive_dynamodb(values: dict[str, Any]) -> None:
    assert tables.plain(tables.attributes(values)) == values


def test_fractions_stay_exact() -> None:
    assert tables.plain(tables.attributes({"score": 98.7, "whole": 100.0})) == {"score": 98.7, "whole": 100}


def test_an_update_sets_values_removes_none_and_returns_the_item(cloud: Any) -> None:
    tables.update("cache", {"pk": "a"}, {"one": 1, "two": 2})
    assert tables.update("cache", {"pk": "a"}, {"one": None, "three": 3}) == {"pk": "a", "two": 2, "three": 3}
    assert tables.get("cache", {"pk": "a"}) == {"pk": "a", "two": 2, "three": 3}


def test_an_absent_item_is_empty(cloud: Any) -> None:
    assert tables.get("cache", {"pk": "absent"}) == {}


def test_kept_items_have_no_expiry() -> None:
    assert tables.expiry(0) is None
    assert tables.expiry(2) - tables.expiry(1) in (86_399, 86_400, 86_401)  # type: ignore[operator]


def test_the_time_is_iso_8601_in_utc() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", tables.now())


# index


sequencers = st.text("0123456789ABCDEF", min_size=1, max_size=20).map(lambda text: f"1{text}")


@given(st.lists(st.tuples(sequencers, st.integers(1, 3)), min_size=1, max_size=5), st.randoms(use_true_random=False))
@WITH_CLOUD
def test_the_newest_version_wins_whatever_the_order(cloud: Any, versions: list[tuple[str, int]], random: Any) -> None:
    document = a_document(f"key-{random.random()}-{next(cloud._numbers)}")
    for sequencer, attempt in random.sample(versions * 2, len(versions) * 2):
        version = a_document(document.key, sequencer=sequencer, version_id=sequencer)
        index.record("index", version, attempt, "SUCCEEDED", {"pages": attempt})
    width = max(len(sequencer) for sequencer, _ in versions)
    newest, attempt = max((int(sequencer.ljust(width, "0"), 16), attempt) for sequencer, attempt in versions)
    row = cloud.item("index", document.path)
    assert int(row["sequencer"], 16) == newest * 16 ** (index.SEQUENCER_DIGITS - width)
    assert (row["attempt"], row["pages"]) == (attempt, attempt)


def test_sequencers_are_padded_on_the_right_as_s3_documents() -> None:
    assert index.ordered("0055AED6DCD90281E6") > index.ordered("0055AED6DCD90281E5FF")
    assert index.ordered("9") > index.ordered("10")
    assert index.ordered("0a") == index.ordered("0A")


def test_the_same_result_twice_is_one_row(cloud: Any) -> None:
    assert index.record("index", a_document(), 1, "SUCCEEDED", {"pages": 1})
    first = cloud.item("index", "bucket/scan.pdf")
    assert index.record("index", a_document(), 1, "SUCCEEDED", {"pages": 1})
    assert {**cloud.item("index", "bucket/scan.pdf"), "updated_at": ""} == {**first, "updated_at": ""}


def test_a_document_without_sequencer_counts_as_newest_and_keeps_the_order_of_events(cloud: Any) -> None:
    index.record("index", a_document(sequencer="0B", version_id="new"), 1, "SUCCEEDED", {"pages": 1})
    assert index.record("index", a_document(sequencer="", version_id="listed"), 1, "SUCCEEDED", {"pages": 2})
    assert not index.record("index", a_document(sequencer="0A", version_id="old"), 1, "SUCCEEDED", {"pages": 3})
    assert cloud.item("index", "bucket/scan.pdf")["pages"] == 2


def test_an_earlier_attempt_without_sequencer_does_not_undo_a_later_one(cloud: Any) -> None:
    index.record("index", a_document(sequencer=""), 2, "SUCCEEDED", {})
    assert not index.record("index", a_document(sequencer=""), 1, "FAILED", {})
    assert cloud.item("index", "bucket/scan.pdf")["status"] == "SUCCEEDED"


def test_a_success_removes_the_reason_of_an_earlier_failure(cloud: Any) -> None:
    index.record("index", a_document(), 1, "FAILED", {"reason": {"code": "X", "message": "x"}})
    index.record("index", a_document(), 2, "SUCCEEDED", {"pages": 1})
    assert "reason" not in cloud.item("index", "bucket/scan.pdf")


def test_other_errors_of_the_index_are_not_swallowed(cloud: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        index.record("absent", a_document(), 1, "FAILED", {})


# rejections


def a_rejection(cloud: Any, attempt: int = 1, status: str = "REFUSED", **changes: Any) -> tuple[Rejection, Places]:
    event = {"source": "aws.s3", "detail": {"any": 1}} | ({"attempt": attempt} if attempt > 1 else {})
    return Rejection(a_document(**changes), attempt, event, status, "EMPTY", "No content."), Places("index", cloud.rejected, "reviews")


def test_a_rejection_is_recorded_and_its_event_handed_on_for_the_next_attempt(cloud: Any) -> None:
    assert rejections.reject(*a_rejection(cloud))
    row = cloud.item("index", "bucket/scan.pdf")
    assert (row["status"], row["reason"]) == ("REFUSED", {"code": "EMPTY", "message": "No content."})
    (message,) = cloud.messages(cloud.rejected)
    assert message["detail"] == {"any": 1}
    assert message["attempt"] == 2
    assert message["rejection"]["code"] == "EMPTY"


def test_a_repeated_rejection_has_one_effect(cloud: Any) -> None:
    assert rejections.reject(*a_rejection(cloud))
    assert not rejections.reject(*a_rejection(cloud))
    assert len(cloud.messages(cloud.rejected)) == 1


def test_a_rejection_whose_message_was_not_sent_is_completed(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(rejections, "_next_event", lambda rejection: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rejections.reject(*a_rejection(cloud))
    assert rejections.reject(*a_rejection(cloud))
    assert len(cloud.messages(cloud.rejected)) == 1


def test_the_rejection_of_a_redriven_event_raises_its_attempt_and_does_not_grow(cloud: Any) -> None:
    rejections.reject(*a_rejection(cloud))
    (message,) = cloud.messages(cloud.rejected)
    again, places = a_rejection(cloud, attempt=2)
    rejections.reject(Rejection(again.document, 2, message, "FAILED", "X", "x"), places)
    _, message = sorted(cloud.messages(cloud.rejected), key=lambda message: message["attempt"])
    assert message["attempt"] == 3
    assert message["rejection"]["attempt"] == 2
    assert "rejection" not in message["rejection"]


def test_the_rejection_of_an_overtaken_attempt_has_no_effect(cloud: Any) -> None:
    index.record("index", a_document(), 2, "SUCCEEDED", {})
    assert not rejections.reject(*a_rejection(cloud, attempt=1))
    assert not rejections.reject(*a_rejection(cloud, attempt=2, status="FAILED"))
    assert cloud.item("index", "bucket/scan.pdf")["status"] == "SUCCEEDED"
    assert cloud.messages(cloud.rejected) == []


def test_the_rejection_of_an_older_version_leaves_the_row_but_is_handed_on(cloud: Any) -> None:
    index.record("index", a_document(sequencer="0B", version_id="new"), 1, "SUCCEEDED", {})
    assert rejections.reject(*a_rejection(cloud))
    assert cloud.item("index", "bucket/scan.pdf")["status"] == "SUCCEEDED"
    assert len(cloud.messages(cloud.rejected)) == 1


def test_a_rejection_ends_a_review_that_nobody_decided(cloud: Any) -> None:
    rejection, places = a_rejection(cloud, status="FAILED")
    reviews.open_review("reviews", rejection.name, {}, task_token="token", retention_days=0)
    rejections.reject(rejection, places)
    assert cloud.item("reviews", rejection.name)["status"] == "EXPIRED"


# reviews


def test_a_review_opens_pending_and_follows_the_newest_token(cloud: Any) -> None:
    reviews.open_review("reviews", "id", {"fields": []}, task_token="one", retention_days=0)
    review = reviews.open_review("reviews", "id", {"fields": []}, task_token="two", retention_days=30)
    assert (review["status"], review["task_token"]) == ("PENDING", "two")
    assert "expires_at" in review


def test_the_first_decision_counts(cloud: Any) -> None:
    reviews.open_review("reviews", "id", {}, task_token="one", retention_days=0)
    assert reviews.decide("reviews", "id", {"decision": "approve"})
    assert reviews.decide("reviews", "id", {"decision": "reject"}) is None
    assert cloud.item("reviews", "id")["decision"] == {"decision": "approve"}


def test_a_decided_review_stays_decided_when_it_is_opened_again(cloud: Any) -> None:
    reviews.open_review("reviews", "id", {}, task_token="one", retention_days=0)
    reviews.decide("reviews", "id", {"decision": "approve"})
    review = reviews.open_review("reviews", "id", {}, task_token="two", retention_days=0)
    assert (review["status"], review["task_token"]) == ("DECIDED", "two")


def test_settling_follows_the_workflow(cloud: Any) -> None:
    for name in ("answered", "missed"):
        reviews.open_review("reviews", name, {}, task_token="one", retention_days=0)
        reviews.decide("reviews", name, {"decision": "approve"})
    reviews.settle("reviews", "answered", "approved")
    reviews.settle("reviews", "missed", "timed_out")
    assert "answered_at" in cloud.item("reviews", "answered")
    assert cloud.item("reviews", "missed")["status"] == "EXPIRED"


def test_expiring_spares_answered_reviews_and_makes_none(cloud: Any) -> None:
    reviews.open_review("reviews", "id", {}, task_token="one", retention_days=0)
    reviews.mark("reviews", "id", "answered_at")
    reviews.expire("reviews", "id")
    reviews.expire("reviews", "absent")
    assert cloud.item("reviews", "id")["status"] == "PENDING"
    assert cloud.item("reviews", "absent") == {}


@pytest.mark.parametrize("change", [reviews.expire, lambda table, name: reviews.decide(table, name, {})])
def test_other_errors_of_reviews_are_not_swallowed(cloud: Any, change: Callable[[str, str], Any]) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        change("absent", "id")


# jobs


def test_the_notice_finds_the_token(cloud: Any) -> None:
    jobs.expect("jobs", "tag", task_token="token", kind="document", document_id="id")
    jobs.started("jobs", "tag", "job")
    assert jobs.noticed("jobs", "tag", "job", "SUCCEEDED")["task_token"] == "token"  # type: ignore[index]


def test_a_notice_before_the_start_is_known_is_found_afterwards(cloud: Any) -> None:
    jobs.expect("jobs", "tag", task_token="token", kind="document", document_id="id")
    assert jobs.noticed("jobs", "tag", "job", "SUCCEEDED")
    assert jobs.started("jobs", "tag", "job")["notice"] == "SUCCEEDED"


def test_a_notice_of_an_unknown_job_finds_nothing(cloud: Any) -> None:
    assert jobs.noticed("jobs", "tag", "job", "SUCCEEDED") is None
    jobs.expect("jobs", "tag", task_token="token", kind="document", document_id="id")
    jobs.started("jobs", "tag", "job")
    assert jobs.noticed("jobs", "tag", "another", "SUCCEEDED") is None


def test_other_errors_of_jobs_are_not_swallowed(cloud: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        jobs.noticed("absent", "tag", "job", "SUCCEEDED")


def test_a_job_record_outlives_textracts_results(cloud: Any) -> None:
    jobs.expect("jobs", "tag", task_token="token", kind="document", document_id="id")
    assert jobs.find("jobs", "tag")["expires_at"] > tables.expiry(7)


def test_a_slot_is_given_back_however_often(cloud: Any) -> None:
    cloud.dynamodb.put_item(TableName="jobs", Item={"pk": {"S": "slots"}, "holders": {"SS": ["one-1", "two-1"]}})
    jobs.release_slot("jobs", "one-1")
    jobs.release_slot("jobs", "one-1")
    assert cloud.dynamodb.get_item(TableName="jobs", Key={"pk": {"S": "slots"}})["Item"]["holders"] == {"SS": ["two-1"]}


# textract

ANALYSES = [
    Analysis("document", "sync", ()),
    Analysis("document", "sync", ("FORMS", "QUERIES")),
    Analysis("expense", "sync", ()),
    Analysis("identity", "sync", ()),
    Analysis("lending", "async", ()),
]
QUERIES = [{"text": "Total?", "alias": "total", "pages": ["1-*"]}, {"text": "Date?"}]


@pytest.mark.parametrize("analysis", ANALYSES[:4])
def test_synchronous_calls_fit_textracts_model(analysis: Analysis) -> None:
    operation, parameters = textract.synchronous_call(a_document("ü b+c"), analysis, QUERIES)
    model = clients.client("textract").meta.service_model.operation_model(clients.client("textract").meta.method_to_api_mapping[operation])
    botocore.validate.validate_parameters(parameters, model.input_shape)
    assert "ü b+c" in json.dumps(parameters, ensure_ascii=False)


@pytest.mark.parametrize("analysis", [ANALYSES[0], ANALYSES[1], ANALYSES[2], ANALYSES[4]])
def test_jobs_fit_textracts_model_and_equal_ones_have_equal_tokens(analysis: Analysis) -> None:
    channel = {"SNSTopicArn": "arn:aws:sns:us-east-1:123456789012:topic", "RoleArn": "arn:aws:iam::123456789012:role/role"}
    operation, parameters = textract.start_call(a_document(), analysis, QUERIES, tag="tag", channel=channel)
    model = clients.client("textract").meta.service_model.operation_model(clients.client("textract").meta.method_to_api_mapping[operation])
    botocore.validate.validate_parameters(parameters, model.input_shape)
    assert textract.start_call(a_document(), analysis, QUERIES, tag="tag", channel=channel) == (operation, parameters)
    other = textract.start_call(a_document(version_id="w"), analysis, QUERIES, tag="tag", channel=channel)[1]
    assert other["ClientRequestToken"] != parameters["ClientRequestToken"]
    assert re.fullmatch(r"[0-9a-f]{64}", parameters["ClientRequestToken"])


def test_queries_are_sent_only_when_they_are_asked_for() -> None:
    assert "QueriesConfig" not in textract.synchronous_call(a_document(), Analysis("document", "sync", ("FORMS",)), QUERIES)[1]
    sent = textract.synchronous_call(a_document(), ANALYSES[1], QUERIES)[1]["QueriesConfig"]["Queries"]
    assert sent == [{"Text": "Total?", "Alias": "total", "Pages": ["1-*"]}, {"Text": "Date?"}]


def test_an_unversioned_object_is_named_without_a_version() -> None:
    parameters = textract.synchronous_call(a_document(version_id=None), ANALYSES[0], ())[1]
    assert parameters["Document"]["S3Object"] == {"Bucket": "bucket", "Name": "scan.pdf"}


# answers


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_an_answer_to_a_task_that_no_longer_waits_is_no_error(stub: Callable[[str], Stubber], code: str) -> None:
    stub("stepfunctions").add_client_error("send_task_success", code)
    assert not answers.send("token", {})


def test_an_answer_that_arrives_is_told(stub: Callable[[str], Stubber]) -> None:
    stub("stepfunctions").add_response("send_task_success", {}, {"taskToken": "token", "output": '{"a": 1}'})
    assert answers.send("token", {"a": 1})


def test_another_error_of_an_answer_is_raised(stub: Callable[[str], Stubber]) -> None:
    stub("stepfunctions").add_client_error("send_task_success", "KmsAccessDeniedException")
    with pytest.raises(ClientError, match="KmsAccessDenied"):
        answers.send("token", {})


# batches


def batch(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"message-{n}", "body": body, "eventSource": "aws:sqs"} for n, body in enumerate(bodies)]}


def failed(response: Any) -> list[str]:
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


@given(st.lists(st.sampled_from(["good", "bad", "broken"]), min_size=1, max_size=10))
@WITH_CLOUD
def test_exactly_the_failed_messages_come_back(context: Any, bodies: list[str]) -> None:
    seen: list[str] = []

    def each(body: str) -> None:
        seen.append(body)
        if body == "bad":
            raise MalformedEvent("CODE", "message")
        if body == "broken":
            raise RuntimeError

    response = batches.process(batch(*bodies), context, each=each, seconds=1)
    assert failed(response) == [f"message-{n}" for n, body in enumerate(bodies) if body != "good"]
    assert seen == bodies


def test_messages_for_which_no_time_is_left_come_back_untouched(context: Any) -> None:
    seen: list[str] = []

    def each(body: str) -> None:
        seen.append(body)
        context.remaining_ms = 500

    assert failed(batches.process(batch("one", "two", "three"), context, each=each, seconds=1)) == ["message-1", "message-2"]
    assert seen == ["one"]


def test_a_failed_message_is_logged_without_its_text(context: Any, printed: Callable[[], str], caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)

    def each(body: str) -> None:
        raise ValueError(body)

    batches.process(batch("secret"), context, each=each, seconds=1)
    assert "secret" not in printed() + caplog.text
