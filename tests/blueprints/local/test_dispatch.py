"""Who answers a call."""

import asyncio
import json
import threading
from typing import Any

import pytest

from blueprints.local.dispatch import Answer, Dispatcher, Served, answered_by, encoded, served
from blueprints.local.operations import Request, Response
from blueprints.local.stand_ins import StandInError


class Words:
    """Stands in for Comprehend."""

    name = "words"
    service = "comprehend"
    operations = frozenset({"DetectDominantLanguage"})

    def answer(self, operation: str, request: dict[str, Any], aws: Any) -> dict[str, Any]:
        if not request["Text"]:
            raise StandInError("InvalidRequestException", f"{operation} of nothing")
        return {"Languages": [{"LanguageCode": aws("anything"), "Score": 1.0}]}


class Moto:
    """Keeps models of SageMaker and nothing else."""

    def has(self, service: str) -> bool:
        return service == "sagemaker"

    def answer(self, request: Request) -> Response | None:
        return Response(200, {}, b"kept") if request.headers["x-amz-target"].endswith("ListModels") else None


async def ministack(_method: str, _path: str, headers: dict[str, str], _body: bytes, _query: dict[str, list[str]]) -> Answer:
    known = headers["x-amz-target"].endswith("DescribeLogGroups")
    return (200, {}, b"real") if known else (400, {}, b'{"__type": "InvalidAction"}')


@pytest.fixture
def dispatcher() -> Dispatcher:
    return Dispatcher(Moto(), [Words()], [], lambda _service: "en")  # type: ignore[arg-type]


def ask(dispatcher: Dispatcher, service: str, target: str, body: Any = None, handler: Any = None) -> tuple[int, bytes, Served]:
    """Sends a call through the dispatcher."""
    signature = f"AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/{service}/aws4_request"
    headers = {"authorization": signature, "x-amz-target": target, "content-type": "application/x-amz-json-1.1"}

    async def answer() -> tuple[int, bytes, Served]:
        context = Served("POST")
        served.set(context)
        status, _, content = await dispatcher.guard(handler)("POST", "/", headers, json.dumps(body or {}).encode(), {})
        return status, content, context

    return asyncio.run(answer())


def test_stand_ins_answer_what_they_can(dispatcher: Dispatcher) -> None:
    status, body, context = ask(dispatcher, "comprehend", "Comprehend_20171127.DetectDominantLanguage", {"Text": "Hello"})
    assert (status, json.loads(body)) == (200, {"Languages": [{"LanguageCode": "en", "Score": 1.0}]})
    assert context.provenance == "stand-in words"


def test_errors_of_stand_ins_are_those_of_the_service(dispatcher: Dispatcher) -> None:
    status, body, context = ask(dispatcher, "comprehend", "Comprehend_20171127.DetectDominantLanguage", {"Text": ""})
    error = {"__type": "InvalidRequestException", "message": "DetectDominantLanguage of nothing"}
    assert (status, json.loads(body), context.provenance) == (400, error, "stand-in words")


def test_a_stand_in_may_say_which_program_answers(dispatcher: Dispatcher) -> None:
    class Other(Words):
        def answer(self, operation: str, request: dict[str, Any], aws: Any) -> dict[str, Any]:
            answered_by("stand-in other")
            return super().answer(operation, request, aws)

    naming = Dispatcher(dispatcher.moto, [Other()], [], lambda _service: "en")
    assert ask(naming, "comprehend", "Comprehend_20171127.DetectDominantLanguage", {"Text": "a"})[2].provenance == "stand-in other"


def test_supplements_are_real(dispatcher: Dispatcher) -> None:
    supplemented = Dispatcher(dispatcher.moto, [], [Words()], lambda _service: "en")
    assert ask(supplemented, "comprehend", "Comprehend_20171127.DetectDominantLanguage", {"Text": "a"})[2].provenance == "real"


@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("comprehend", "Comprehend_20171127.DetectEntities"),
        ("textract", "Textract.GetAdapter"),
        ("sagemaker", "SageMaker.CreateTrainingJob"),
        ("sagemaker", "SageMaker.ListHubs"),
        ("kendra", "AWSKendraFrontendService.ListIndices"),
    ],
)
def test_what_nobody_can_do_is_refused(dispatcher: Dispatcher, service: str, target: str) -> None:
    status, body, context = ask(dispatcher, service, target)
    assert (status, json.loads(body)["__type"], context.provenance) == (501, "NotImplemented", "not implemented")
    assert f"does not implement {target.partition('.')[2]} of {service}" in json.loads(body)["message"]


def test_moto_keeps_what_ministack_lacks(dispatcher: Dispatcher) -> None:
    status, body, context = ask(dispatcher, "sagemaker", "SageMaker.ListModels")
    assert (status, body, context.provenance) == (200, b"kept", "stored only")


@pytest.mark.long
def test_ministack_is_real_where_it_has_the_operation(dispatcher: Dispatcher) -> None:
    status, body, context = ask(dispatcher, "logs", "Logs_20140328.DescribeLogGroups", handler=ministack)
    assert (status, body, context.provenance) == (200, b"real", "real")


def test_operations_that_ministack_lacks_are_not_the_callers_mistake(dispatcher: Dispatcher) -> None:
    status, _, context = ask(dispatcher, "logs", "Logs_20140328.DescribeDestinations", handler=ministack)
    assert (status, context.provenance) == (501, "not implemented")


def test_mistakes_of_the_caller_stay_the_callers(dispatcher: Dispatcher) -> None:
    assert ask(dispatcher, "logs", "Logs_20140328.DoNothing", handler=ministack)[0] == 400


def test_operations_that_no_service_has_are_refused(dispatcher: Dispatcher) -> None:
    status, body, _ = ask(dispatcher, "kendra", "AWSKendraFrontendService.Nonsense")
    assert (status, json.loads(body)["message"]) == (501, "kendra has no operation at POST /")


def test_the_call_is_known_when_its_answer_is_sent(dispatcher: Dispatcher) -> None:
    call = ask(dispatcher, "sagemaker", "SageMaker.ListModels")[2].call
    assert call is not None
    assert (call.service, call.operation) == ("sagemaker", "ListModels")


@pytest.mark.parametrize(
    ("path", "came", "found"),
    [
        ("/model/arn:a/b/converse", "/model/arn%3Aa%2Fb/converse", "/model/arn%3Aa%2Fb/converse"),
        ("/a b", "", "/a%20b"),
        ("/moved", "/other", "/moved"),
    ],
)
def test_an_encoded_slash_is_part_of_a_name(path: str, came: str, found: str) -> None:
    assert encoded(path, Served(path=came)) == found


def test_many_stand_ins_may_wait_for_each_other(dispatcher: Dispatcher) -> None:
    many = threading.Barrier(40)

    class Meeting(Words):
        """Answers when everybody has come."""

        def answer(self, operation: str, request: dict[str, Any], aws: Any) -> dict[str, Any]:
            many.wait(10)
            return super().answer(operation, request, aws)

    met = Dispatcher(dispatcher.moto, [Meeting()], [], lambda _service: "en")
    signature = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/comprehend/aws4_request"
    target = "Comprehend_20171127.DetectDominantLanguage"
    headers = {"authorization": signature, "x-amz-target": target, "content-type": "application/x-amz-json-1.1"}

    async def ask_all() -> list[Answer]:
        handler = met.guard(None)
        return await asyncio.gather(*(handler("POST", "/", headers, b'{"Text": "a"}', {}) for _ in range(many.parties)))

    assert {status for status, _, _ in asyncio.run(ask_all())} == {200}
