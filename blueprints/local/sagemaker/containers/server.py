"""A container's process: loads models and answers on loopback until its standard input closes."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO

from blueprints.local.sagemaker.containers import frameworks
from blueprints.local.sagemaker.containers.protocol import Request, Response, Settings
from blueprints.local.sagemaker.containers.registry import Registry
from blueprints.local.sagemaker.containers.routes import ONLY_MODEL, Routes

LOOPBACK = "127.0.0.1"
READY, FAILED = "ready", "failed"


def main() -> None:
    """Loads the model, says on standard output which port it listens on, and serves; or says what is wrong."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    news = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a model prints is log
    arguments = _arguments()
    frameworks.prepare(arguments.framework)
    settings = Settings(dict(os.environ), arguments.multi_model)
    registry = Registry(arguments.framework, settings, arguments.memory_bytes)
    try:
        if not settings.multi_model:
            registry.load(ONLY_MODEL, arguments.model_dir)
    except Exception as error:
        traceback.print_exc()
        _say(news, event=FAILED, message=f"{type(error).__name__}: {error}")
        raise SystemExit(1) from None
    with _Server(Routes(registry, settings)) as server:
        _say(news, event=READY, port=server.server_port)
        server.serve_forever()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("framework")
    parser.add_argument("model_dir", type=Path)
    parser.add_argument("--multi-model", action="store_true")
    parser.add_argument("--memory-bytes", type=int)
    return parser.parse_args()


def _end_with_the_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _say(news: IO[str], **said: object) -> None:
    with news:
        news.write(json.dumps(said) + "\n")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, routes: Routes) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.routes = routes

    def handle_error(self, request: object, client_address: object) -> None:
        """Keeps quiet: a caller whose time is up does not wait for the answer."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Keeps quiet."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(body, headers.get("content-type", ""), headers.get("accept", ""), headers)
        try:
            response = self.server.routes.answer(self.command, self.path, request)
        except Exception as error:  # whatever a model does, its container answers
            traceback.print_exc()
            message = json.dumps({"code": 500, "message": f"{type(error).__name__}: {error}"})
            response = Response(message.encode(), status=HTTPStatus.INTERNAL_SERVER_ERROR)
        self._write(response)

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        if isinstance(response.body, bytes):
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._write_parts(response.body)

    def _write_parts(self, parts: Iterator[bytes]) -> None:
        """Writes each part as soon as it is there; a model that breaks on the way cuts the answer off."""
        try:
            for part in parts:
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            raise
        except Exception:  # whatever a model does, its container stays
            traceback.print_exc()
            self.close_connection = True


if __name__ == "__main__":
    main()
