"""The paths of a container's API, and what answers on them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from blueprints.local.sagemaker.containers.protocol import AdaptableModel, Rejected, Request, Response, Settings
from blueprints.local.sagemaker.containers.registry import PAGE_SIZE, Registry

ONLY_MODEL = "model"
"""What the model of a container with a single one is called in here."""


@dataclass(frozen=True)
class Call:
    """A request on its way to what answers on its path.

    Args:
        request: The request.
        name: The last part of the path that differs, if there is one.
        query: The parameters of the query string, the last of each name.
    """

    request: Request
    name: str
    query: Mapping[str, str]


Route = Callable[[Call], Response]


class Routes:
    """SageMaker's container protocol.

    Follows https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html; adapters as in
    https://github.com/awslabs/model-hosting-container-standards.

    Args:
        registry: The models.
        settings: What the container was told.
    """

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self._models = registry
        self._settings = settings
        own = self._of_many() if settings.multi_model else self._of_one()
        self._routes = [(method, re.compile(pattern), route) for method, pattern, route in [("GET", "/ping", _ping), *own]]

    def _of_one(self) -> list[tuple[str, str, Route]]:
        return [
            ("GET", "/execution-parameters", _execution_parameters),
            ("POST", "/invocations", lambda call: self._models.get(ONLY_MODEL).model.answer(call.request)),
            ("GET", "/adapters", lambda _: _json({"adapters": self._adaptable().adapters()})),
            ("POST", "/adapters", self._load_adapter),
            ("DELETE", "/adapters/([^/]+)", self._unload_adapter),
        ]

    def _of_many(self) -> list[tuple[str, str, Route]]:
        return [
            ("GET", "/models", self._list),
            ("POST", "/models", self._load),
            ("GET", "/models/([^/]+)", lambda call: _json(self._models.get(call.name).described)),
            ("DELETE", "/models/([^/]+)", lambda call: _json(self._models.unload(call.name).described)),
            ("POST", "/models/([^/]+)/invoke", lambda call: self._models.get(call.name).model.answer(call.request)),
        ]

    def answer(self, method: str, target: str, request: Request) -> Response:
        """Answers a request; refusals come as a message, failures of a model as 500 with their cause."""
        url = urlsplit(target)
        try:
            for route_method, pattern, route in self._routes:
                found = pattern.fullmatch(url.path)
                if found and route_method == method:
                    return route(Call(request, unquote(found[1]) if found.groups() else "", dict(parse_qsl(url.query))))
            raise Rejected(HTTPStatus.NOT_FOUND, f"{method} {url.path} is no path of this container")
        except Rejected as refusal:
            return _json({"code": refusal.status, "message": str(refusal)}, refusal.status)

    def _list(self, call: Call) -> Response:
        size = call.query.get("page_size", "")
        page, token = self._models.page(call.query.get("next_page_token"), int(size) if size.isdecimal() else PAGE_SIZE)
        return _json({"models": [loaded.described for loaded in page], **({"nextPageToken": token} if token else {})})

    def _load(self, call: Call) -> Response:
        name, url = _texts(call.request, "model_name", "url")
        return _json(self._models.load(name, Path(url)).described)

    def _load_adapter(self, call: Call) -> Response:
        name, source = _texts(call.request, "name", "src")
        self._adaptable().load_adapter(name, Path(source))
        return Response(f"Adapter {name} registered".encode(), "text/plain")

    def _unload_adapter(self, call: Call) -> Response:
        self._adaptable().unload_adapter(call.name)
        return Response(f"Adapter {call.name} unregistered".encode(), "text/plain")

    def _adaptable(self) -> AdaptableModel:
        model = self._models.get(ONLY_MODEL).model
        if not hasattr(model, "load_adapter"):
            raise Rejected(HTTPStatus.NOT_FOUND, "this container takes no adapters")
        return cast("AdaptableModel", model)


def _ping(_: Call) -> Response:
    return Response(b"", "text/plain")


def _execution_parameters(_: Call) -> Response:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html#your-algorithms-batch-code-how-containe-serves-requests."""
    return _json({"MaxConcurrentTransforms": 2, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6})


def _texts(request: Request, *names: str) -> list[str]:
    try:
        body: Any = json.loads(request.body)
    except ValueError:
        body = None
    values = [str(body.get(name) or "") if isinstance(body, dict) else "" for name in names]
    if not all(values):
        raise Rejected(HTTPStatus.BAD_REQUEST, f"the body must be a JSON object with {' and '.join(names)}")
    return values


def _json(content: object, status: int = HTTPStatus.OK) -> Response:
    return Response(json.dumps(content).encode(), status=int(status))
