import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents import tables
from documents.environment import environment
from record_inference.handler import handler as record
from submissions import rows
from submit_inference.handler import handler
from tests.async_fakes import Endpoint, a_notice, an_upload, batch, counted, failed, identity

WITH_CLOUD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
ID = identity()


def row(cloud: Any, inference: str = ID) -> dict[str, Any]:
    found: dict[str, Any] = cloud.item("inferences", inference)
    return found


def lapse(inference: str = ID) -> None:
    """Lets a lease end."""
    tables.update("inferences", {"inference": inference}, {"lease_until": 1})


def test_an_upload_is_submitted_with_an_id_of_its_own(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    assert failed(handler(batch(an_upload()), context)) == []
    (request,) = endpoint.requests
    sent = {name.removeprefix("X-Amzn-SageMaker-"): value for name, value in request.items()}
    assert sent["path"] == "/endpoints/endpoint/async-invocations"
    assert sent["InputLocation"] == "s3://inputs-bucket/requests/rows.csv"
    assert sent["Inference-Id"] == f"{ID}-1"
    assert sent["Content-Type"] == "text/csv"
    assert (sent["RequestTTLSeconds"], sent["InvocationTimeoutSeconds"]) == ("3600", "900")
    assert "Accept" not in sent


def test_its_row_tells_what_was_submitted_and_where_the_answer_will_be(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    handler(batch(an_upload()), context)
    found = row(cloud)
    assert found["status"] == "SUBMITTED"
    assert (found["input"], found["version_id"], found["size"]) == ("inputs-bucket/requests/rows.csv", "v1", 10)
    assert found["output_location"] == f"s3://results/output/{ID}-1.out"
    assert found["failure_location"] == f"s3://results/failed/{ID}-1.out"
    assert json.loads(found["event"]) == an_upload()
    assert "expires_at" not in found


def test_rows_go_after_their_retention(cloud: Any, endpoint: Endpoint, context: Any, setting: Callable[..., None]) -> None:
    setting(RETENTION_DAYS="30")
    handler(batch(an_upload()), context)
    assert row(cloud)["expires_at"] > 0


def test_the_wished_form_of_answers_is_passed_on(cloud: Any, endpoint: Endpoint, context: Any, setting: Callable[..., None]) -> None:
    setting(ACCEPT="application/json")
    handler(batch(an_upload()), context)
    assert endpoint.requests[0]["X-Amzn-SageMaker-Accept"] == "application/json"


def test_the_ending_of_the_name_decides_the_type_whatever_its_case(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    handler(batch(an_upload("requests/a.JSON"), an_upload("requests/b.c.csv")), context)
    assert [request["X-Amzn-SageMaker-Content-Type"] for request in endpoint.requests] == ["application/json", "text/csv"]


def test_a_repeated_event_is_submitted_once(cloud: Any, endpoint: Endpoint, context: Any, printed: Callable[[], str]) -> None:
    handler(batch(an_upload(), an_upload()), context)
    handler(batch(an_upload()), context)
    assert endpoint.inference_ids == [f"{ID}-1"]
    assert counted(printed())["DuplicateEvents"] == 1.0


def test_a_new_version_of_a_key_is_another_inference(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    handler(batch(an_upload(version="v1"), an_upload(version="v2")), context)
    assert endpoint.inference_ids == [f"{identity(version=version)}-1" for version in ("v1", "v2")]


def test_an_input_whose_first_delivery_was_cut_off_is_taken_up_again(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    endpoint.refusal = 503
    assert failed(handler(batch(an_upload()), context)) == ["message-0"]
    endpoint.refusal = None
    handler(batch(an_upload()), context)
    assert endpoint.requests == []  # the first delivery might still be at it
    lapse()
    handler(batch(an_upload()), context)
    assert endpoint.inference_ids == [f"{ID}-1"]


def test_a_refused_request_fails_its_message_only_and_is_counted(
    cloud: Any, endpoint: Endpoint, context: Any, printed: Callable[[], str]
) -> None:
    endpoint.refusal = 503
    assert failed(handler(batch(an_upload(), an_upload("requests/empty.csv", size=0)), context)) == ["message-0"]
    assert counted(printed())["SubmissionsFailed"] == 1.0
    assert row(cloud)["status"] == "SUBMITTING"


def test_an_answer_that_came_before_the_acceptance_stays(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    handler(batch(an_upload()), context)
    record(batch(a_notice(f"{ID}-1", status="Failed")), context)
    places = {"output_location": "s3://results/late", "failure_location": "s3://results/failure"}
    rows.accept("inferences", ID, 1, places)
    found = row(cloud)
    assert (found["status"], found["failure_location"]) == ("FAILED", "s3://results/failure")
    assert "output_location" not in found


@pytest.mark.parametrize("ending", ["Completed", "Failed"])
def test_what_has_an_end_is_not_submitted_again(cloud: Any, endpoint: Endpoint, context: Any, ending: str) -> None:
    handler(batch(an_upload()), context)
    record(batch(a_notice(f"{ID}-1", status=ending)), context)
    lapse()
    handler(batch(an_upload()), context)
    assert len(endpoint.requests) == 1


def test_a_failed_input_that_is_moved_back_is_the_next_attempt(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    handler(batch(an_upload()), context)
    record(batch(a_notice(f"{ID}-1", status="Failed")), context)
    (again,) = cloud.messages(cloud.failed)
    handler(batch(again, again), context)
    assert endpoint.inference_ids == [f"{ID}-1", f"{ID}-2"]
    found = row(cloud)
    assert (found["attempt"], found["status"]) == (2, "SUBMITTED")
    assert "reason" not in found


def test_an_input_that_has_its_answer_is_not_attempted_again(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    handler(batch(an_upload()), context)
    record(batch(a_notice(f"{ID}-1")), context)
    lapse()
    handler(batch(an_upload(attempt=2)), context)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("code", "upload"),
    [
        ("EMPTY", an_upload(size=0)),
        ("TOO_LARGE", an_upload(size=524_288_001)),
        ("UNSUPPORTED_TYPE", an_upload("requests/rows.parquet")),
        ("UNSUPPORTED_TYPE", an_upload("requests/rows")),
        ("UNSUPPORTED_KEY", an_upload("requests/zeilen-ü.csv")),
        ("UNSUPPORTED_KEY", an_upload("requests/two\nlines.csv")),
        ("KEY_TOO_LONG", an_upload(f"requests/{'x' * 993}.csv")),
    ],
)
def test_an_input_that_no_model_takes_is_refused_for_a_reason(
    cloud: Any, endpoint: Endpoint, context: Any, printed: Callable[[], str], code: str, upload: dict[str, Any]
) -> None:
    assert failed(handler(batch(upload, upload), context)) == []
    assert endpoint.requests == []
    (told,) = cloud.messages(cloud.rejected)
    assert (told["rejection"]["code"], told["rejection"]["status"], told["attempt"]) == (code, "REFUSED", 2)
    assert told["detail"] == upload["detail"]
    found = row(cloud, told["rejection"]["inference"])
    assert (found["status"], found["reason"]["code"]) == ("REFUSED", code)
    assert counted(printed())["InputsRefused"] == 1.0


@pytest.mark.parametrize("upload", [an_upload(size=524_288_000), an_upload(f"requests/{'x' * 992}.csv"), an_upload("requests/a b+%20.csv")])
def test_inputs_at_the_limits_are_submitted(cloud: Any, endpoint: Endpoint, context: Any, upload: dict[str, Any]) -> None:
    handler(batch(upload), context)
    assert endpoint.requests[0]["X-Amzn-SageMaker-InputLocation"] == f"s3://inputs-bucket/{upload['detail']['object']['key']}"


def test_a_refusal_that_nobody_was_told_of_is_told_when_the_event_comes_again(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    handler(batch(an_upload(size=0)), context)
    tables.update("inferences", {"inference": ID}, {"notified": "not yet"})
    handler(batch(an_upload(size=0)), context)
    assert len(cloud.messages(cloud.rejected)) == 2


def test_a_refused_input_that_is_allowed_by_now_is_submitted_when_it_is_moved_back(
    cloud: Any, endpoint: Endpoint, context: Any, setting: Callable[..., None]
) -> None:
    setting(MAX_BYTES="5")
    handler(batch(an_upload()), context)
    setting(MAX_BYTES="10")
    handler(batch(*cloud.messages(cloud.rejected)), context)
    assert endpoint.inference_ids == [f"{ID}-2"]


def test_folder_markers_are_ignored(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    assert failed(handler(batch(an_upload("requests/", size=0)), context)) == []
    assert (endpoint.requests, cloud.messages(cloud.rejected)) == ([], [])


def test_a_malformed_message_fails_alone(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    assert failed(handler(batch(an_upload(), "no event", an_upload("requests/b.csv")), context)) == ["message-1"]
    assert len(endpoint.requests) == 2


def test_messages_are_handed_back_when_time_runs_out(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    context.remaining_ms = 1_000
    assert failed(handler(batch(an_upload()), context)) == ["message-0"]
    assert endpoint.requests == []


def test_a_missing_setting_fails_the_invocation_by_name(monkeypatch: pytest.MonkeyPatch, variables: None, context: Any) -> None:
    monkeypatch.delenv("MIME_TYPES")
    environment.cache_clear()
    with pytest.raises(Exception, match="MIME_TYPES is missing"):
        handler(batch(an_upload()), context)


@given(data=st.data())
@WITH_CLOUD
def test_whatever_the_order_every_version_is_submitted_once_and_has_the_end_that_it_was_given(
    cloud: Any, endpoint: Endpoint, context: Any, data: st.DataObject
) -> None:
    cloud.clear()
    endpoint.requests.clear()
    versions = data.draw(st.dictionaries(st.sampled_from(["v1", "v2", "v3"]), st.sampled_from(["Completed", "Failed"]), min_size=1))
    handler(batch(*(an_upload(version=version) for version in versions)), context)
    notices = {version: a_notice(f"{identity(version=version)}-1", status=ending) for version, ending in versions.items()}
    events = [(handler, an_upload(version=version)) for version in versions] + [(record, notices[version]) for version in versions]
    for handle, message in data.draw(st.permutations(events * 2)):
        assert failed(handle(batch(message), context)) == []
    assert sorted(endpoint.inference_ids) == sorted(notice["inferenceId"] for notice in notices.values())
    ends = {version: row(cloud, identity(version=version))["status"] for version in versions}
    assert ends == {version: {"Completed": "SUCCEEDED", "Failed": "FAILED"}[ending] for version, ending in versions.items()}
    told = [message["rejection"]["inference"] for message in cloud.messages(cloud.failed)]
    assert sorted(told) == sorted(identity(version=version) for version, ending in versions.items() if ending == "Failed")
