"""Adaptations of how calls reach ministack's services."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from blueprints.local import operations
from blueprints.local.dispatch import Dispatcher, Handler
from blueprints.local.operations import Request


def loopback_counts_as_tls() -> None:
    """Policies that demand TLS would deny every request: the transport is plain HTTP that never leaves the machine."""
    from ministack import app

    pin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _secure: pin(source_ip, True)


def calls_pass_the_dispatcher(dispatcher: Dispatcher) -> None:
    """Answers that ministack makes up pass as real, and what it does not implement looks like a mistake of the caller."""
    from ministack import app
    from ministack.core import iam_actions

    class Handlers(dict[str, Handler]):
        def get(self, service: str, default: Any = None) -> Any:  # noqa: ARG002
            return self[service]

        def __missing__(self, service: str) -> Handler:
            return self.setdefault(service, dispatcher.guard(None))

    app.SERVICE_HANDLERS = Handlers({name: dispatcher.guard(handler) for name, handler in app.SERVICE_HANDLERS.items()})
    extract = iam_actions.extract_iam_action

    def with_forwarded_services(service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> str | None:
        if service in app.SERVICE_REGISTRY or service in app.SERVICE_NAME_ALIASES:
            known: str | None = extract(service, method, path, headers, body, query)
            return known
        call = operations.identify(Request(method, path, "", headers, body))
        return f"{service}:{call.operation}" if call else None

    iam_actions.extract_iam_action = with_forwarded_services


def service_names_are_known() -> None:
    """At the first call to a service that it lacks, ministack reads the models of all services, which takes five seconds."""
    from botocore.session import get_session
    from ministack.core import router

    router._KNOWN_AWS_SERVICE_NAMES = frozenset(get_session().get_available_services()) | operations.SHARED_SIGNING_NAMES.keys()


def moves_name_their_queue() -> None:
    """The operations on message moves, which ministack does not have, name the queue otherwise than those it has."""
    resources_are_named("sqs", ("StartMessageMoveTask", "ListMessageMoveTasks"), lambda parameters: parameters.get("SourceArn"))


def resources_are_named(service: str, names: tuple[str, ...], find: Callable[[dict[str, Any]], str | None]) -> None:
    """Lets ``find`` say which resource a JSON request for one of the operations ``names`` is about, for the evaluation of policies."""
    from ministack.core import iam_actions

    extract = iam_actions.extract_resource_arn

    def extract_named(asked: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any) -> str:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        found = find(json.loads(body)) if asked == service and operation in names else None
        arn: str = found or extract(asked, method, path, headers, body, *rest)
        return arn

    iam_actions.extract_resource_arn = extract_named
