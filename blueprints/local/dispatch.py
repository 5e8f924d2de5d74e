"""Decides who answers a call: a stand-in, ministack, moto, or nobody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from blueprints.local import operations, provenance
from blueprints.local.operations import Call, Request, Response

if TYPE_CHECKING:
    from blueprints.local.clients import ClientFactory
    from blueprints.local.moto_services import MotoServices
    from blueprints.local.stand_ins import StandIn

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers and body, as ministack's handlers return them."""
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Answer]]
"""A ministack handler: method, path, headers, body and query parameters in, the answer out."""

MADE_UP = {
    "bedrock": r"Create\w+Job",
    "bedrock-agent": r"\w*(IngestionJob|KnowledgeBaseDocuments)\w*",
    "bedrock-agent-runtime": r"\w+",
    "bedrock-agentcore": r"Invoke\w+",
    "bedrock-data-automation-runtime": r"Invoke\w+",
    "bedrock-runtime": r"\w+",
    "comprehend": r"(Detect|BatchDetect|Classify|Contains|Start)\w+",
    "forecastquery": r"\w+",
    "lex-runtime": r"\w+",
    "lexv2-runtime": r"\w+",
    "personalize-runtime": r"\w+",
    "polly": r"(Synthesize|StartSpeech)\w+",
    "rekognition": r"(Detect|Compare|Recognize|Search|Start|Get)\w+",
    "sagemaker": r"Create\w+Job|StartPipelineExecution",
    "sagemaker-runtime": r"\w+",
    "textract": r"\w+",
    "transcribe": r"Start\w+",
    "translate": r"(Translate|StartText)\w+",
}
"""Operations whose answer the emulators would make up: only a stand-in may answer them."""

WAITING_AT_ONCE = 256
"""How many calls of stand-ins may run at once: they call other stand-ins, and wait for the answer."""
UNKNOWN_OPERATION = re.compile(rb"InvalidAction|UnknownOperation|Unsupported service|[Oo]peration not implemented")
"""How ministack says that it does not have an operation."""


@dataclass
class Served:
    """What is known of a request when its answer is sent; its path is as it came, still percent-encoded."""

    method: str = ""
    provenance: str = provenance.REAL
    call: Call | None = None
    path: str = ""


served: ContextVar[Served] = ContextVar("served")
"""The request that is being answered."""


def answered_by(label: str) -> None:
    """Says who answers the request that this thread works on, where that depends on the request."""
    if context := served.get(None):
        context.provenance = label


@dataclass
class Dispatcher:
    """Stands before the handlers of all services.

    Args:
        moto: Keeps what services have to be told that ministack lacks.
        stand_ins: Answer for the models.
        supplements: Answer with the service's semantics, where ministack lacks an operation.
        aws: Gives the stand-ins their clients.
    """

    moto: MotoServices
    stand_ins: Iterable[StandIn]
    supplements: Iterable[StandIn]
    aws: ClientFactory
    _by_operation: Mapping[Call, tuple[StandIn, str]] = field(init=False)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(WAITING_AT_ONCE))

    def __post_init__(self) -> None:
        labelled = [(each, provenance.stand_in(each.name)) for each in self.stand_ins]
        labelled += [(each, provenance.REAL) for each in self.supplements]
        self._by_operation = {Call(each.service, name): (each, label) for each, label in labelled for name in each.operations}

    def guard(self, handler: Handler | None) -> Handler:
        """Returns a handler that asks ``handler`` only for what it really does."""

        async def guarded(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]) -> Answer:
            context = served.get(Served())
            request = Request(method, encoded(path, context), urlencode(query, doseq=True), headers, body)
            call = operations.identify(request)
            context.call = call
            if call and (refused := await self._instead(call, request, context)):
                return refused
            if handler is None:
                return await self._stored(call, request, context)
            answer = await handler(method, path, headers, body, query)
            return _refuse(call, context) if call and _lacks_operation(answer) else answer

        return guarded

    async def _instead(self, call: Call, request: Request, context: Served) -> Answer | None:
        """Answers what stand-ins and supplements answer, and refuses what only stand-ins may answer."""
        if found := self._by_operation.get(call):
            stand_in, context.provenance = found
            work = copy_context().run
            return _plain(await asyncio.get_running_loop().run_in_executor(self._threads, work, self._ask, stand_in, call, request))
        if re.fullmatch(MADE_UP.get(call.service, "(?!)"), call.operation):
            return _refuse(call, context)
        return None

    def _ask(self, stand_in: StandIn, call: Call, request: Request) -> Response:
        from blueprints.local.stand_ins import StandInError

        try:
            result = stand_in.answer(call.operation, operations.parse(call, request), self.aws)
        except StandInError as error:
            return operations.serialise_error(call, error.code, error.message, error.status, error.details)
        return operations.serialise(call, result)

    async def _stored(self, call: Call | None, request: Request, context: Served) -> Answer:
        if call is None:
            service = request.signing_name or "the service"
            return _plain(operations.json_error("NotImplemented", f"{service} has no operation at {request.method} {request.path}", 501))
        response = await asyncio.to_thread(self.moto.answer, request) if self.moto.has(call.service) else None
        if response is None:
            return _refuse(call, context)
        context.provenance = provenance.STORED_ONLY
        return _plain(response)


def encoded(path: str, context: Served) -> str:
    """Returns ``path`` percent-encoded: as it came, because an encoded slash, as in the ARN of a model, is part of a name."""
    return context.path if unquote(context.path) == path else quote(path, safe="/%:@!$&'()*+,;=~-._")


def _refuse(call: Call, context: Served) -> Answer:
    context.provenance = provenance.NOT_IMPLEMENTED
    message = f"the embedded AWS does not implement {call.operation} of {call.service}, and no stand-in answers it"
    return _plain(operations.serialise_error(call, "NotImplemented", message, 501))


def _lacks_operation(answer: Answer) -> bool:
    status, _, body = answer
    return 400 <= status < 502 and isinstance(body, bytes) and bool(UNKNOWN_OPERATION.search(body[:400]))


def _plain(response: Response) -> Answer:
    return response.status, dict(response.headers), response.body


Application = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]
"""An ASGI application."""
