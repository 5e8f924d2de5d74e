"""Adaptations of ministack's Step Functions."""

from __future__ import annotations

import contextlib
import contextvars
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from blueprints.local import step_functions
from blueprints.local.adapter.calls import resources_are_named
from blueprints.local.clients import ClientFactory, Clients
from blueprints.local.step_functions import TaskError, Token, Tokens

FOREVER_SECONDS = 99_999_999


@dataclass(frozen=True)
class Running:
    """The task that a thread of ministack is executing.

    Args:
        state: Its definition.
        execution: ministack's record of the execution.
        context: The context object, ``$$``.
    """

    state: dict[str, Any]
    execution: dict[str, Any]
    context: dict[str, Any]


running: ContextVar[Running] = ContextVar("running")


def tasks_act_as_their_role(clients: Clients) -> None:
    """Ministack implements few integrations, loses error names, and lets every task do everything, whatever the role allows."""
    from ministack.services import stepfunctions

    execute, invoke = stepfunctions._execute_task, stepfunctions._invoke_resource

    def execute_task(state: dict[str, Any], data: Any, execution: dict[str, Any], context: dict[str, Any]) -> Any:
        limited = {**state, **_limits(state, data, context)}
        token = running.set(Running(limited, execution, context))
        try:
            return execute(limited, data, execution, context)
        finally:
            running.reset(token)

    def invoke_resource(resource: str, parameters: Any) -> Any:
        task = running.get(None)
        if task is None or ":activity:" in resource:
            return invoke(resource, parameters)
        with _execution_errors():
            return step_functions.call(resource, parameters, _rights(task.execution, clients))

    stepfunctions._execute_task = execute_task
    stepfunctions._invoke_resource = invoke_resource


def _limits(state: Mapping[str, Any], data: Any, context: dict[str, Any]) -> dict[str, Any]:
    """Returns the time limits of a task as numbers, where they are paths or expressions."""
    from ministack.services import stepfunctions

    limits = {}
    for name in ("TimeoutSeconds", "HeartbeatSeconds"):
        if path := state.get(f"{name}Path"):
            limits[name] = stepfunctions._resolve_path_or_ctx(path, data, context)
        elif isinstance(state.get(name), str):
            limits[name] = stepfunctions._apply_jsonata_template(state[name], data, context)
    return limits


@contextlib.contextmanager
def _execution_errors() -> Iterator[None]:
    """Turns errors of tasks into ministack's."""
    from ministack.services import stepfunctions

    try:
        yield
    except TaskError as error:
        raise stepfunctions._ExecutionError(error.error, error.cause) from error


def _rights(execution: Mapping[str, Any], clients: Clients) -> ClientFactory:
    """Returns clients with the rights of the role that the execution runs with."""
    return clients.acting_as(_machine(execution)["roleArn"], "states")


def _machine(execution: Mapping[str, Any]) -> Any:
    """Returns the state machine of an execution, or of a child of a Distributed Map."""
    from ministack.services import stepfunctions

    return stepfunctions._state_machines[execution["stateMachineArn"].partition("/")[0]]


def answers_name_their_state_machine(tokens: Tokens) -> None:
    """The right to answer a token is given for a state machine; ministack demands it for all of them."""

    def of_token(parameters: Mapping[str, Any]) -> str | None:
        return tokens.owner(str(parameters.get("taskToken")))

    resources_are_named("states", ("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"), of_token)


def tokens_are_waited_for(tokens: Tokens) -> None:
    """The clock starts after the call, failures of functions are swallowed, nobody checks heartbeats, and retries reuse the token."""
    from ministack.services import stepfunctions

    def wait(resource: str, parameters: Any, name: str, state: dict[str, Any]) -> Any:
        task = running.get()
        token = tokens.issue(name, _machine(task.execution)["stateMachineArn"])
        _in_thread(_start, resource, parameters, token)
        try:
            with _execution_errors():
                return token.wait(
                    state.get("TimeoutSeconds", FOREVER_SECONDS),
                    state.get("HeartbeatSeconds", FOREVER_SECONDS),
                    lambda: task.execution["status"] == "RUNNING",
                )
        finally:
            tokens.expire(name)
            task.context["Task"] = {"Token": stepfunctions.new_uuid()}

    stepfunctions._invoke_with_callback = wait
    stepfunctions._send_task_success = lambda data: _answered(lambda: tokens.succeed(data["taskToken"], data["output"]))
    stepfunctions._send_task_failure = lambda data: _answered(
        lambda: tokens.fail(data["taskToken"], TaskError(data.get("error", ""), data.get("cause", "")))
    )
    stepfunctions._send_task_heartbeat = lambda data: _answered(lambda: tokens.beat(data["taskToken"]))


def _start(resource: str, parameters: Any, token: Token) -> None:
    """Makes the call whose receiver is to answer the token; its failure is the task's."""
    from ministack.services import stepfunctions

    try:
        stepfunctions._invoke_resource(resource, parameters)
    except stepfunctions._ExecutionError as error:
        token.settle(failure=TaskError(error.error, error.cause))


def _answered(answer: Callable[[], None]) -> Any:
    from ministack.core import responses

    try:
        answer()
    except TaskError as error:
        return responses.error_response_json(error.error, error.cause, 400)
    return responses.json_response({})


def _in_thread(function: Callable[..., None], *arguments: Any) -> None:
    """Runs ``function`` beside the caller, in the same account and region."""
    threading.Thread(target=contextvars.copy_context().run, args=(function, *arguments), daemon=True).start()


def errors_match_as_documented() -> None:
    """``States.ALL`` catches what nothing can catch, and neither ``MaxDelaySeconds`` nor ``JitterStrategy`` is known."""
    from ministack.services import stepfunctions

    find = stepfunctions._find_matching_retrier

    def find_delayed(retriers: list[dict[str, Any]], error: str, counts: dict[int, int]) -> tuple[dict[str, Any] | None, int]:
        retrier, index = find(retriers, error, counts)
        return (step_functions.delayed(retrier, counts.get(index, 0)) if retrier else None), index

    stepfunctions._error_matches = step_functions.matches
    stepfunctions._find_matching_retrier = find_delayed


def paths_lead_somewhere() -> None:
    """A path to something that is not there gives null; AWS fails the execution."""
    from ministack.services import stepfunctions

    resolve = stepfunctions._resolve_params_obj

    def resolve_existing(template: Any, data: Any, context: dict[str, Any] | None = None) -> Any:
        paths = template.items() if isinstance(template, dict) else ()
        for name, path in paths:
            if name.endswith(".$") and isinstance(path, str) and path.startswith("$"):
                of_context = path.startswith("$$.")
                _check_path(name, path[of_context:], context if of_context else data)
        return resolve(template, data, context)

    stepfunctions._resolve_params_obj = resolve_existing


def _check_path(name: str, path: str, data: Any) -> None:
    from ministack.services import stepfunctions

    for kind, step in stepfunctions._parse_jsonpath_tokens(path) or ():
        if kind == "wildcard":
            return
        found = isinstance(data, dict) and step in data if kind == "field" else isinstance(data, list) and step < len(data)
        if not found:
            message = f"The JSONPath '{path}' specified for the field '{name}' could not be found in the input"
            raise stepfunctions._ExecutionError("States.Runtime", message)
        data = data[step]


def executions_end_in_time() -> None:
    """``TimeoutSeconds`` of a state machine is ignored, an aborted execution may still fail, and a repeated start is refused."""
    from ministack.core import responses
    from ministack.services import stepfunctions

    start, fail = stepfunctions._start_execution, stepfunctions._fail_execution

    def start_in_time(data: dict[str, Any]) -> Any:
        if (known := _same_execution(data)) is not None:
            return responses.json_response({"executionArn": known["executionArn"], "startDate": known["startDate"]})
        status, headers, body = start(data)
        if status < 300:
            _in_thread(_watch_time, json.loads(body)["executionArn"])
        return status, headers, body

    def fail_once(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    stepfunctions._start_execution = start_in_time
    stepfunctions._fail_execution = fail_once


def _same_execution(data: Mapping[str, Any]) -> Any:
    """Returns the running execution that ``data`` asks to start again, with the same name and input."""
    from ministack.services import stepfunctions

    arn = data.get("stateMachineArn", "").replace(":stateMachine:", ":execution:")
    known = stepfunctions._executions.get(f"{arn}:{data.get('name')}")
    return known if known and known["status"] == "RUNNING" and known["input"] == data.get("input", "{}") else None


def _watch_time(arn: str) -> None:
    """Ends an execution that takes longer than its state machine allows."""
    from ministack.services import stepfunctions

    execution = stepfunctions._executions[arn]
    definition = json.loads(stepfunctions._state_machines[execution["stateMachineArn"]]["definition"])
    limit = definition.get("TimeoutSeconds")
    if limit is None:
        return
    time.sleep(limit)
    if execution["status"] == "RUNNING":
        execution.update(status="TIMED_OUT", stopDate=stepfunctions.now_iso())
        stepfunctions._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {"error": "States.Timeout"}})
        stepfunctions._emit_execution_status_event(execution)


def distributed_maps_read_and_write(clients: Clients) -> None:
    """The bucket is read whatever the role allows, and ``ResultWriter`` is ignored."""
    from ministack.services import stepfunctions

    read, run = stepfunctions._read_map_items, stepfunctions._run_distributed_map

    def read_items(reader: dict[str, Any], data: Any, context: dict[str, Any]) -> Any:
        if not reader.get("Resource", "").endswith("s3:listObjectsV2") or "Transformation" in reader.get("ReaderConfig", {}):
            return read(reader, data, context)
        aws = _rights(stepfunctions._executions[context["Execution"]["Id"]], clients)
        parameters = stepfunctions._resolve_params_obj(reader.get("Parameters") or reader.get("Arguments") or {}, data, context)
        with _execution_errors():
            return list(step_functions.read_items(reader, parameters, aws))

    def run_and_write(
        state: dict[str, Any], raw: Any, data: Any, iterator: dict[str, Any], execution: dict[str, Any], context: dict[str, Any]
    ) -> Any:
        writer = state.get("ResultWriter")
        if not writer:
            return run(state, raw, data, iterator, execution, context)
        bare = {name: value for name, value in state.items() if name not in ("ResultSelector", "ResultPath", "OutputPath")}
        before = _map_runs(execution)
        try:
            run(bare, raw, data, iterator, execution, context)
        finally:
            place = stepfunctions._resolve_params_obj(writer["Parameters"], data, context)
            for arn in _map_runs(execution) - before:
                with _execution_errors():
                    result = _write(arn, place, _rights(execution, clients))
        selected = stepfunctions._apply_result_selector(state, result)
        output = stepfunctions._apply_output_path(state, stepfunctions._apply_result_path(state, raw, selected), context)
        return output, stepfunctions._next_or_end(state)

    stepfunctions._read_map_items = read_items
    stepfunctions._run_distributed_map = run_and_write


def _map_runs(execution: Mapping[str, Any]) -> set[str]:
    from ministack.services import stepfunctions

    return {arn for arn, run in stepfunctions._map_runs.items() if run["executionArn"] == execution["executionArn"]}


def _write(arn: str, place: Mapping[str, str], aws: ClientFactory) -> dict[str, Any]:
    from ministack.services import stepfunctions

    children = [child for child in stepfunctions._executions.values() if child.get("mapRunArn") == arn]
    rows = [
        {
            "ExecutionArn": child["executionArn"],
            "Input": child["input"],
            "Name": child["name"],
            "StartDate": child["startDate"],
            "StateMachineArn": child["stateMachineArn"],
            "Status": child["status"],
            "StopDate": child["stopDate"],
            **{key.capitalize(): child[key] for key in ("output", "error", "cause") if child.get(key) is not None},
        }
        for child in children
    ]
    return step_functions.write_results(place["Bucket"], place.get("Prefix", ""), {"mapRunArn": arn}, rows, aws)
