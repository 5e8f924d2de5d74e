"""moto, in this process, for the services that ministack lacks."""

from __future__ import annotations

import io
import threading
import urllib.parse
from functools import cached_property
from typing import TYPE_CHECKING, Any

from blueprints.local import identity
from blueprints.local.operations import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable


class MotoServices:
    """Answers requests from moto, which keeps what it is given and does nothing with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _application(self) -> Any:
        from moto.server import DomainDispatcherApplication, create_backend_app

        return DomainDispatcherApplication(create_backend_app)

    @cached_property
    def services(self) -> frozenset[str]:
        """The services that moto has, by botocore's names."""
        from moto.backends import list_of_moto_modules

        return frozenset(list_of_moto_modules())

    def has(self, service: str) -> bool:
        """Tells whether moto has anything of ``service``."""
        return service.replace("-", "") in self.services

    def answer(self, request: Request) -> Response | None:
        """Returns moto's answer, or ``None`` when moto has no such operation."""
        started: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            started.update(status=int(status.split()[0]), headers={name.lower(): value for name, value in headers})

        try:
            with self._lock:
                chunks: Iterable[bytes] = self._application(_environment(request), start)
                body = b"".join(chunks)
        except NotImplementedError:
            return None
        if started["status"] >= 400 and body[:9].lower() == b"<!doctype":
            return None
        return Response(started["status"], started["headers"], body)


def _environment(request: Request) -> dict[str, Any]:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    return {
        **headers,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": urllib.parse.unquote(request.path),
        "RAW_URI": request.path,
        "REQUEST_URI": request.path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": identity.LOOPBACK,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
