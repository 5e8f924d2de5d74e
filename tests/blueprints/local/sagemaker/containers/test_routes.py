"""The paths of SageMaker's container protocol."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from blueprints.local.sagemaker.containers import frameworks
from blueprints.local.sagemaker.containers.protocol import Rejected, Request, Response, Settings
from blueprints.local.sagemaker.containers.registry import Registry
from blueprints.local.sagemaker.containers.routes import ONLY_MODEL, Routes


class Echo:
    """A model that answers with what it was asked."""

    def answer(self, request: Request) -> Response:
        if request.body == b"bad":
            raise Rejected(HTTPStatus.BAD_REQUEST, "that is bad")
        return Response(request.body, request.content_type)


class Adaptable(Echo):
    def __init__(self) -> None:
        self.known: list[str] = []

    def load_adapter(self, name: str, folder: Path) -> None:
        self.known.append(f"{name} from {folder}")

    def unload_adapter(self, name: str) -> None:
        self.known.clear()

    def adapters(self) -> list[str]:
        return self.known


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Echo]]:
    models: list[Echo] = [Echo()]
    monkeypatch.setattr(frameworks, "load", lambda framework, folder, settings: models[-1])
    return models


def routes(*, many: bool) -> Routes:
    settings = Settings(multi_model=many)
    registry = Registry("xgboost", settings)
    if not many:
        registry.load(ONLY_MODEL, Path("nowhere"))
    return Routes(registry, settings)


def said(response: Response) -> object:
    assert isinstance(response.body, bytes)
    return json.loads(response.body)


def test_a_container_of_one_model_takes_invocations(model: list[Echo]) -> None:
    response = routes(many=False).answer("POST", "/invocations", Request(b"1,2", "text/csv"))
    assert (response.status, response.body, response.content_type) == (200, b"1,2", "text/csv")


@pytest.mark.parametrize("many", [False, True])
def test_a_container_answers_the_health_check_with_nothing(many: bool, model: list[Echo]) -> None:
    response = routes(many=many).answer("GET", "/ping", Request(b""))
    assert (response.status, response.body) == (200, b"")


def test_a_container_tells_a_batch_what_it_wants(model: list[Echo]) -> None:
    response = routes(many=False).answer("GET", "/execution-parameters", Request(b""))
    assert said(response) == {"MaxConcurrentTransforms": 2, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6}


def test_a_refusal_comes_with_its_status_and_its_message(model: list[Echo]) -> None:
    response = routes(many=False).answer("POST", "/invocations", Request(b"bad"))
    assert (response.status, said(response)) == (400, {"code": 400, "message": "that is bad"})


@pytest.mark.parametrize(
    ("many", "method", "path"),
    [
        (False, "POST", "/models"),
        (True, "POST", "/invocations"),
        (False, "GET", "/invocations"),
        (True, "PUT", "/models/a"),
        (False, "GET", "/"),
    ],
)
def test_other_paths_are_not_found(many: bool, method: str, path: str, model: list[Echo]) -> None:
    response = routes(many=many).answer(method, path, Request(b"{}"))
    assert (response.status, said(response)) == (404, {"code": 404, "message": f"{method} {path} is no path of this container"})


def test_many_models_are_loaded_listed_asked_and_unloaded(model: list[Echo], tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"12345")
    asked = routes(many=True)
    for name in ("a", "b/c", "d"):
        body = json.dumps({"model_name": name, "url": str(tmp_path)}).encode()
        assert asked.answer("POST", "/models", Request(body)).status == 200
    assert asked.answer("POST", "/models", Request(body)).status == 409
    page = said(asked.answer("GET", "/models?page_size=2", Request(b"")))
    assert [each["modelName"] for each in page["models"]] == ["a", "b/c"]  # type: ignore[index]
    rest = said(asked.answer("GET", f"/models?next_page_token={page['nextPageToken']}", Request(b"")))  # type: ignore[index]
    assert [each["modelName"] for each in rest["models"]] == ["d"]  # type: ignore[index]
    assert asked.answer("POST", "/models/b%2Fc/invoke", Request(b"x")).body == b"x"
    one = said(asked.answer("GET", "/models/b%2Fc", Request(b"")))
    assert (one["modelName"], one["modelUrl"], one["memoryBytes"]) == ("b/c", str(tmp_path), 5)  # type: ignore[index]
    assert asked.answer("DELETE", "/models/a", Request(b"")).status == 200
    for method, path in (("GET", "/models/a"), ("DELETE", "/models/a"), ("POST", "/models/a/invoke")):
        assert asked.answer(method, path, Request(b"")).status == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"model_name": "a"}', b'{"model_name": "", "url": "/a"}'])
def test_a_model_must_be_named_and_have_a_place(body: bytes, model: list[Echo]) -> None:
    response = routes(many=True).answer("POST", "/models", Request(body))
    assert (response.status, said(response)) == (400, {"code": 400, "message": "the body must be a JSON object with model_name and url"})


def test_adapters_come_and_go(model: list[Echo]) -> None:
    model.append(Adaptable())
    asked = routes(many=False)
    response = asked.answer("POST", "/adapters", Request(b'{"name": "formal", "src": "/tmp/a"}'))
    assert response.body == b"Adapter formal registered"
    assert said(asked.answer("GET", "/adapters", Request(b""))) == {"adapters": ["formal from /tmp/a"]}
    assert asked.answer("DELETE", "/adapters/formal", Request(b"")).body == b"Adapter formal unregistered"
    assert said(asked.answer("GET", "/adapters", Request(b""))) == {"adapters": []}


def test_a_model_without_adapters_says_so(model: list[Echo]) -> None:
    response = routes(many=False).answer("GET", "/adapters", Request(b""))
    assert (response.status, said(response)) == (404, {"code": 404, "message": "this container takes no adapters"})
