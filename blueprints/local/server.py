"""The process of the embedded AWS: ``python -m blueprints.local.server --port N``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import json
import os
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blueprints.local import identity, processes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from blueprints.local.worker import Workers

PORT_TAKEN_EVENT = "port taken"
PORT_TAKEN = 3
"""Exit code when another program listens on the port asked for."""
GRACE_SECONDS = 1.0
"""How long running requests may take to come to their end when the server stops."""
CONCURRENT_EXECUTIONS = 1000
"""How many invocations may run or wait at once, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""
OPEN_FILES = 8192
"""An invocation that waits has two sockets, one at each end, and so has every other call; systems often allow 1,024."""
KEEP_ALIVE_SECONDS = 24 * 3600
"""How long a connection may be idle; one that is closed just when a client uses it again costs the client its call."""
DETACH = b"detach\n"
"""What a parent writes to standard input when the server has to outlive it."""


def main() -> None:
    """Serves until standard input ends, or until SIGTERM or SIGINT arrives."""
    arguments = _arguments()
    processes.allow_open_files(OPEN_FILES)
    listener = _listen(arguments.port)
    port = listener.getsockname()[1]
    workspace = processes.workspace(arguments.home, os.getpid())
    workspace.mkdir(parents=True)
    os.environ.update(server_environment(port, workspace, arguments.region))
    application, workers = _application(port, workspace, plain=arguments.plain)
    ending = Ending(workers, workspace)
    try:
        asyncio.run(_serve(application, listener, port, ending))
    finally:
        ending.end()


class Ending:
    """Ends the process with everything that it started, also when a request or a thread does not come to its end.

    Args:
        workers: The processes of the Lambda functions.
        workspace: The directory that goes with the process.
    """

    def __init__(self, workers: Workers | None, workspace: Path) -> None:
        self._workers = workers
        self._workspace = workspace
        self._lock = threading.Lock()

    def end_soon(self) -> None:
        """Ends the process after the time that running requests are given."""
        timer = threading.Timer(GRACE_SECONDS, self.end)
        timer.daemon = True
        timer.start()

    def end(self) -> None:
        """Ends the process now; threads that wait for a task token or a retry do not keep it."""
        with self._lock:
            if self._workers is not None:
                self._workers.stop()
            processes.end_children()
            shutil.rmtree(self._workspace, ignore_errors=True)
            os._exit(0)


def server_environment(port: int, workspace: Path, region: str) -> dict[str, str]:
    """Returns the variables that the emulators read when they are imported."""
    return {
        **identity.administrator(port, region),
        "AUTH": "true",
        "BIND_HOST": identity.LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": identity.LOOPBACK,
        "MINISTACK_ACCOUNT_ID": identity.ACCOUNT_ID,
        identity.REGION_VARIABLE: region,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        # Left to itself, ministack allows as many as would fit into memory, each in a process; here few run, and the others wait.
        "LAMBDA_ACCOUNT_CONCURRENCY": str(CONCURRENT_EXECUTIONS),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        "OPENBLAS_NUM_THREADS": "1",  # threads that wait for each other take longer than one, and texts are spread over the cores
        "TMPDIR": str(workspace),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1 to listen on; 0 takes a free one")
    parser.add_argument("--region", default=identity.DEFAULT_REGION, help="the region to be")
    parser.add_argument("--home", type=Path, default=Path(".local-aws"), help="where code and logs are kept while the server runs")
    parser.add_argument("--plain", action="store_true", help="leave the emulators as they are; for the tests of the adapter")
    return parser.parse_args()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((identity.LOOPBACK, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        _say(event=PORT_TAKEN_EVENT, port=port)
        sys.exit(PORT_TAKEN)
    return listener


def _application(port: int, workspace: Path, *, plain: bool) -> tuple[Any, Workers | None]:
    """Imports the emulators late: they read their settings when they are imported."""
    from blueprints.local import adapter

    if plain:
        return adapter.plain_application(), None
    from blueprints.local.assembly import assemble

    return assemble(port, workspace)


async def _serve(application: Any, listener: socket.socket, port: int, ending: Ending) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.graceful_timeout = GRACE_SECONDS / 2
    config.loglevel = "WARNING"
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        ending.end_soon()
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            loop.call_soon_threadsafe(stopped.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    threading.Thread(target=_watch_parent, args=(stop,), daemon=True).start()
    await serve(_announced(application, port), config, shutdown_trigger=stopped.wait)


def _watch_parent(stop: Callable[[], object]) -> None:
    """Stops the server when the process that started it is gone, however that one ended."""
    for line in sys.stdin.buffer:
        if line == DETACH:
            return
    stop()


def _announced(application: Any, port: int) -> Any:
    """Says on standard output that the server is ready, once it is."""

    async def announced(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        async def announce(message: dict[str, Any]) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                _say(event="ready", port=port)

        await application(scope, receive, announce if scope["type"] == "lifespan" else send)

    return announced


def _say(**news: Any) -> None:
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
