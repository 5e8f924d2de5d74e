"""The processes that run the code of the deployed Lambda functions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from blueprints.local import exec_wrapper, function_launcher, identity
from blueprints.local.output import Output
from blueprints.local.runtime_api import Invocation, RuntimeApi
from blueprints.local.runtime_files import RuntimeFiles

INIT_SECONDS = 30.0
"""How long the import of a handler may take; AWS gives 10 seconds on a machine that does nothing else."""
ENVIRONMENTS_PER_FUNCTION = max(2, min(4, os.cpu_count() or 2))
ENVIRONMENTS_IN_ALL = 24


@dataclass(frozen=True)
class Function:
    """What has to be known of a deployed function to run it.

    Args:
        name: The function's name.
        arn: The ARN that is invoked, with its qualifier.
        runtime: AWS's name of the runtime, ``python3.…``.
        handler: Module and function, ``package.module.function``.
        code: The deployment package, a ZIP file.
        layers: The contents of the layers, ZIP files, in the order in which they are laid over each other.
        timeout_seconds: How long one invocation may take.
        memory_mb: What the function is told about its memory; it is not enforced.
        variables: The environment variables of the function's configuration.
        credentials: The access key, secret and token of the execution role.
        version: The published version, or ``$LATEST``.
    """

    name: str
    arn: str
    runtime: str
    handler: str
    code: bytes = field(repr=False)
    layers: tuple[bytes, ...] = field(default=(), repr=False)
    timeout_seconds: float = 3
    memory_mb: int = 128
    variables: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    version: str = "$LATEST"

    @property
    def fingerprint(self) -> int:
        """Differs as soon as a running environment would not be the function's any more."""
        fixed = (self.runtime, self.handler, self.code, self.layers, self.memory_mb, self.version)
        return hash((fixed, tuple(sorted(self.variables.items())), tuple(sorted(self.credentials.items()))))


@dataclass(frozen=True)
class Answer:
    """What a function returned.

    Args:
        body: The result, or the error with type, message and stack trace, as JSON.
        failed: Whether it is an error.
        log: What the function printed meanwhile.
        stream: What it streamed, as it came, if it streams its response.
    """

    body: bytes
    failed: bool
    log: str
    stream: bytes | None = None


class ExecutionEnvironment:
    """One process that runs one function, one event at a time.

    Args:
        function: The function.
        files: Where its code and its layers are.
        port: The port of the embedded AWS that the function calls.
    """

    def __init__(self, function: Function, files: RuntimeFiles, port: int) -> None:
        self.fingerprint = function.fingerprint
        self.last_used = time.monotonic()
        self.home = files.new_home()
        self._api = RuntimeApi()
        paths = [files.unpacked(function.code), *files.layers(function.layers), files.runtime]
        watched, self._life_line = os.pipe()
        runtime = [function_launcher.__file__, str(watched), os.pathsep.join(map(str, paths)), function.handler]
        wrapper = function.variables.get(exec_wrapper.VARIABLE)
        try:
            self._process = subprocess.Popen(
                exec_wrapper.command(wrapper, paths, self.home, runtime) if wrapper else [sys.executable, "-I", "-S", *runtime],
                cwd=paths[0],
                env=variables(function, paths[0], self.home, self._api.address, port) | (exec_wrapper.variables(paths) if wrapper else {}),
                stdin=watched if wrapper else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(watched,),
            )
        except OSError:
            os.close(self._life_line)
            self._clean_up()
            raise
        finally:
            os.close(watched)
        self._output = Output(self._process.stdout)

    @property
    def is_alive(self) -> bool:
        """Whether the environment can take another event."""
        return self._process.poll() is None

    def invoke(self, function: Function, event: bytes, request_id: str) -> Answer:
        """Runs the function once and waits for its answer, at most as long as its timeout allows."""
        invocation = Invocation(event, function.arn, function.timeout_seconds, request_id)
        self._api.submit(invocation)
        if not self._wait(invocation.taken, INIT_SECONDS, invocation):
            invocation.answer(_error("Runtime.InitError", f"RequestId: {request_id} Error: init took over {INIT_SECONDS} s"), failed=True)
        elif not self._wait(invocation.answered, function.timeout_seconds, invocation):
            message = f"RequestId: {request_id} Error: Task timed out after {function.timeout_seconds:.2f} seconds"
            invocation.answer(_error("Sandbox.Timedout", message), failed=True)
            self._process.kill()
        self.last_used = time.monotonic()
        return Answer(invocation.body, invocation.failed, self._output.take(), invocation.stream)

    def _wait(self, event: threading.Event, seconds: float, invocation: Invocation) -> bool:
        """Waits for ``event``, and notices when the process ends instead."""
        deadline = time.monotonic() + seconds
        while not event.wait(min(0.1, max(0.0, deadline - time.monotonic()))):
            if self._api.init_error is not None or not self.is_alive:
                invocation.answered.wait(0.1)
                invocation.answer(self._api.init_error or self._exit_error(invocation.request_id), failed=True)
                return True
            if time.monotonic() >= deadline:
                return False
        return True

    def _exit_error(self, request_id: str) -> bytes:
        code = self._process.wait()
        status = f"exit status {code}" if code >= 0 else f"signal: {-code}"
        return _error("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {status}")

    def end(self) -> None:
        """Ends the process and removes its files."""
        os.close(self._life_line)
        self._process.kill()
        self._process.wait()
        self._clean_up()

    def _clean_up(self) -> None:
        self._api.close()
        shutil.rmtree(self.home, ignore_errors=True)


def variables(function: Function, task_root: Path, home: Path, runtime_api: str, port: int) -> dict[str, str]:
    """Returns the environment variables of a function.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime.
    """
    administrator = identity.administrator(port, identity.region())
    sdk = {name: value for name, value in administrator.items() if "ACCESS_KEY" not in name}
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": str(home),
        "TMPDIR": str(home),
        **{name: str(value) for name, value in function.variables.items()},
        **sdk,
        **function.credentials,
        "_HANDLER": function.handler,
        "_X_AMZN_TRACE_ID": "",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": f"{identity.LOOPBACK}:2000",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": uuid.uuid4().hex,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "LAMBDA_TASK_ROOT": str(task_root),
        "LAMBDA_RUNTIME_DIR": str(task_root.parent / "runtime"),
    }


class Workers:
    """Keeps the execution environments of all functions.

    Args:
        workspace: Where function code is unpacked.
        port: The port of the embedded AWS that the functions call.
    """

    def __init__(self, workspace: Path, port: int) -> None:
        self._files = RuntimeFiles(workspace / "lambda")
        self._port = port
        self._lock = threading.Lock()
        self._freed: defaultdict[str, threading.Condition] = defaultdict(lambda: threading.Condition(self._lock))
        self._idle: dict[str, list[ExecutionEnvironment]] = {}
        self._busy: dict[str, int] = {}
        self._stopped = False

    def invoke(self, function: Function, event: bytes, request_id: str) -> Answer:
        """Runs ``function`` in an environment that is free, in a new one, or, when there are enough, in the next that gets free."""
        environment = self._acquire(function)
        try:
            environment = environment or ExecutionEnvironment(function, self._files, self._port)
            return environment.invoke(function, event, request_id)
        except OSError as error:  # there is no such wrapper, or it is not executable
            wrapper = function.variables.get(exec_wrapper.VARIABLE)
            message = f"RequestId: {request_id} Error: fork/exec {wrapper}: {str(error.strerror).lower()}"
            return Answer(_error("Runtime.InvalidEntrypoint", message), failed=True, log="")
        finally:
            self._release(function, environment)

    def _acquire(self, function: Function) -> ExecutionEnvironment | None:
        """Reserves one of the function's environments; ``None`` means that a new one is to be made."""
        with self._lock:
            self._freed[function.name].wait_for(lambda: self._stopped or self._busy.get(function.name, 0) < ENVIRONMENTS_PER_FUNCTION)
            if self._stopped:
                raise RuntimeError("the embedded AWS is stopping")
            self._busy[function.name] = self._busy.get(function.name, 0) + 1
            fitting = self._take_fitting(function)
            surplus = [] if fitting else self._take_surplus()
        for environment in surplus:
            environment.end()
        return fitting

    def _take_fitting(self, function: Function) -> ExecutionEnvironment | None:
        idle = self._idle.get(function.name, [])
        for environment in idle:
            if environment.fingerprint == function.fingerprint and environment.is_alive:
                idle.remove(environment)
                return environment
        return None

    def _take_surplus(self) -> list[ExecutionEnvironment]:
        """Returns what has to make way for one more environment: the one that has been idle for the longest time."""
        idle = sorted((e for environments in self._idle.values() for e in environments), key=lambda e: e.last_used)
        excess = len(idle) + sum(self._busy.values()) - ENVIRONMENTS_IN_ALL
        surplus = idle[: max(0, excess)]
        for environments in self._idle.values():
            environments[:] = [environment for environment in environments if environment not in surplus]
        return surplus

    def _release(self, function: Function, environment: ExecutionEnvironment | None) -> None:
        outdated = [environment] if environment else []
        with self._lock:
            self._busy[function.name] -= 1
            if environment and environment.is_alive and not self._stopped:
                idle = self._idle.setdefault(function.name, [])
                outdated = [other for other in idle if other.fingerprint != environment.fingerprint]
                idle[:] = [other for other in idle if other not in outdated] + [environment]
            self._freed[function.name].notify()  # one only: hundreds may wait
        for other in outdated:
            other.end()

    def forget(self, name: str) -> None:
        """Ends the idle environments of a function that was changed or deleted."""
        with self._lock:
            environments = self._idle.pop(name, [])
        for environment in environments:
            environment.end()

    def stop(self) -> None:
        """Ends every environment; those that are busy end with the server."""
        with self._lock:
            self._stopped = True
            environments = [environment for idle in self._idle.values() for environment in idle]
            self._idle.clear()
            for freed in self._freed.values():
                freed.notify_all()
        for environment in environments:
            environment.end()


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


InvokeFunction = Callable[[Function, bytes, str], Answer]
