"""Everything that has to be adapted inside the emulators, one function an adaptation, each with its reason."""

from __future__ import annotations

import contextvars
import itertools
import json
import sys
from collections.abc import Callable
from importlib.metadata import version as distribution_version
from typing import Any

from blueprints.local import identity, operations, schemas
from blueprints.local.cloudformation import RegistryTypes, check
from blueprints.local.dispatch import Dispatcher, Handler
from blueprints.local.operations import Request
from blueprints.local.provenance import Ledger, Resource
from blueprints.local.runtime_files import powertools_layer
from blueprints.local.worker import Function, Workers

POWERTOOLS_ACCOUNT = "017000801446"
"""https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/"""


def plain_application() -> Any:
    """Returns ministack as it is."""
    from ministack.app import app

    return app


def apply(workers: Workers, dispatcher: Dispatcher, types: RegistryTypes, ledger: Ledger) -> None:
    """Adapts the emulators in this process."""
    loopback_counts_as_tls()
    calls_pass_the_dispatcher(dispatcher)
    buckets_keep_their_tags()
    functions_run_in_awslambdaric(workers, ledger)
    powertools_layer_is_public()
    conditions_understand_functions()
    registry_types_exist(types)
    events_reach_the_ledger(types, ledger)


def calls_pass_the_dispatcher(dispatcher: Dispatcher) -> None:
    """Services that ministack lacks answer 400, its made-up model answers pass as real, and unknown operations look like caller's mistakes."""
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


def functions_run_in_awslambdaric(workers: Workers, ledger: Ledger) -> None:
    """ministack's own Python worker sees this process's packages, and loses the type and the stack trace of errors."""
    from ministack.services import lambda_svc

    run_elsewhere = lambda_svc._execute_function_warm
    invalidate = lambda_svc.invalidate_worker

    def run(record: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        config = record.get("config") or record
        if not config.get("Runtime", "").startswith("python") or not record.get("code_zip"):
            answer: dict[str, Any] = run_elsewhere(record, event, request_id)
            ledger.note_run(config["FunctionName"], config.get("Runtime", ""), failed=bool(answer.get("error")))
            return answer
        result = workers.invoke(_function(config, record["code_zip"]), json.dumps(event).encode(), request_id)
        ledger.note_run(config["FunctionName"], config["Runtime"], failed=result.failed)
        return {"body": json.loads(result.body or b"null"), "log": result.log, **({"error": True} if result.failed else {})}

    def forget(name: str, *arguments: Any, **options: Any) -> Any:
        workers.forget(name)
        return invalidate(name, *arguments, **options)

    lambda_svc._execute_function_warm = run
    lambda_svc.invalidate_worker = forget


def _function(config: dict[str, Any], code: bytes) -> Function:
    from ministack.services import lambda_svc

    layers = (lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers") or ())
    return Function(
        name=config["FunctionName"],
        arn=config["FunctionArn"],
        runtime=config["Runtime"],
        handler=config["Handler"],
        code=code,
        layers=tuple(layer for layer in layers if layer),
        timeout_seconds=config.get("Timeout", 3),
        memory_mb=config.get("MemorySize", 128),
        variables=(config.get("Environment") or {}).get("Variables") or {},
        credentials=lambda_svc.execution_credentials(config),
        version=config.get("Version", "$LATEST"),
    )


def loopback_counts_as_tls() -> None:
    """Policies that demand TLS would deny every request: the transport is plain HTTP that never leaves the machine."""
    from ministack import app

    pin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _secure: pin(source_ip, True)


def powertools_layer_is_public() -> None:
    """AWS publishes the layer of Powertools and names it in public parameters; ministack holds nothing that AWS publishes."""
    from ministack.services import ssm

    version = distribution_version("aws-lambda-powertools")
    content = powertools_layer()
    for architecture, python in itertools.product(("arm64", "x86_64"), (f"python3.{minor}" for minor in range(10, 15))):
        name = f"AWSLambdaPowertoolsPythonV3-{python.replace('.', '')}-{architecture}"
        arn = contextvars.copy_context().run(_publish_layer, name, content)
        for tag in (version, "latest"):
            ssm._PUBLIC_AMI_PARAMETERS[f"/aws/service/powertools/python/{architecture}/{python}/{tag}"] = arn


def _publish_layer(name: str, content: bytes) -> str:
    """Publishes a layer in the account that AWS publishes Powertools in, for everybody."""
    from ministack.core import responses
    from ministack.services import lambda_svc

    responses.set_request_account_id(POWERTOOLS_ACCOUNT)
    responses.set_request_region(identity.REGION)
    lambda_svc._publish_layer_version(name, {})
    version = lambda_svc._layers[name]["versions"][-1]
    version["_zip_data"] = content
    version["Content"]["CodeSize"] = len(content)
    lambda_svc._add_layer_version_permission(name, 1, {"Action": "lambda:GetLayerVersion", "Principal": "*", "StatementId": "public"})
    arn: str = version["LayerVersionArn"]
    return arn


def conditions_understand_functions() -> None:
    """``Fn::Join`` and pseudo parameters in conditions are taken literally; CDK's bootstrap template then gets its roles wrong."""
    from ministack.services.cloudformation import engine

    evaluate = engine._evaluate_conditions

    def evaluate_resolved(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, bool]:
        def resolved(node: Any) -> Any:
            if isinstance(node, list):
                return [resolved(part) for part in node]
            if not isinstance(node, dict):
                return node
            is_value = node.keys() & VALUE_FUNCTIONS or str(node.get("Ref", "")).startswith("AWS::")
            return (
                engine._resolve_refs(node, {}, parameters, {}, template.get("Mappings", {}), "", "") if is_value else _each(resolved, node)
            )

        answer: dict[str, bool] = evaluate({**template, "Conditions": resolved(template.get("Conditions", {}))}, parameters)
        return answer

    replace_everywhere(evaluate, evaluate_resolved)


VALUE_FUNCTIONS = {"Fn::FindInMap", "Fn::Join", "Fn::Split", "Fn::Sub"}


def _each(change: Callable[[Any], Any], node: dict[str, Any]) -> dict[str, Any]:
    return {name: change(part) for name, part in node.items()}


def replace_everywhere(old: Any, new: Any) -> None:
    """Puts ``new`` in the place of ``old`` in every module of ministack that has imported it."""
    for module in [module for name, module in sys.modules.items() if name.partition(".")[0] == "ministack"]:
        for name in [name for name, value in vars(module).items() if value is old]:
            setattr(module, name, new)


def registry_types_exist(types: RegistryTypes) -> None:
    """ministack refuses most of CloudFormation's types, takes unknown and lacking properties, and leaves attributes out."""
    from ministack.services.cloudformation import provisioners, stacks

    native = provisioners._RESOURCE_HANDLERS
    handlers = ResourceHandlers(types, {kind: _checked(kind, handler) for kind, handler in native.items()})
    replace_everywhere(native, handlers)
    blocks = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: blocks(kind) or (kind not in native and types.get(kind) is not None)
    replaces = provisioners._replacing_change

    def replacing_change(kind: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
        known = types.get(kind) if kind not in native else None
        return schemas.needs_replacement(known.schema, old, new) if known else replaces(kind, old, new)

    replace_everywhere(replaces, replacing_change)


class ResourceHandlers(dict[str, dict[str, Any]]):
    """ministack's handlers of resource types, completed by those of the registry.

    Args:
        types: Handle what ministack does not.
        native: ministack's own.
    """

    def __init__(self, types: RegistryTypes, native: dict[str, dict[str, Any]]) -> None:
        super().__init__(native)
        self._types = types

    def __contains__(self, kind: object) -> bool:
        return super().__contains__(kind) or (isinstance(kind, str) and self._types.get(kind) is not None)

    def __missing__(self, kind: str) -> dict[str, Any]:
        known = self._types.get(kind)
        if known is None:
            raise KeyError(kind)
        return {"create": known.create, "update": known.update, "delete": known.delete}

    def get(self, kind: str, default: Any = None) -> Any:
        return self[kind] if kind in self else default


def _checked(kind: str, handler: dict[str, Any]) -> dict[str, Any]:
    """Lets the registry's schema have its say, and completes the attributes from the properties."""
    if schemas.schema(kind) is None or "create" not in handler:
        return handler
    create, update = handler["create"], handler.get("update")

    def checked_create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        check(kind, logical_id, properties)
        physical_id, attributes = create(logical_id, properties, stack)
        return physical_id, _completed(attributes, properties)

    def checked_update(physical_id: str, old: dict[str, Any], new: dict[str, Any], *place: str) -> tuple[str, dict[str, Any]]:
        check(kind, place[-1] if len(place) > 1 else physical_id, new)
        new_id, attributes = update(physical_id, old, new, *place)
        return new_id, _completed(attributes, new)

    return {**handler, "create": checked_create, **({"update": checked_update} if update else {})}


def _completed(attributes: dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in properties.items() if isinstance(value, str)}, **(attributes or {})}


def events_reach_the_ledger(types: RegistryTypes, ledger: Ledger) -> None:
    """The report has to tell what became of each resource, and only stack events do."""
    from ministack.services.cloudformation import stacks

    add = stacks._add_event

    def add_and_note(
        stack_id: str, stack: str, logical_id: str, kind: str, status: str, reason: str = "", physical_id: str = "", detailed: str = ""
    ) -> None:
        add(stack_id, stack, logical_id, kind, status, reason, physical_id, detailed)
        if logical_id != stack:
            source = types.provenance(kind, physical_id)
            ledger.note_event(Resource(stack, logical_id, kind, physical_id, source), status, reason)

    replace_everywhere(add, add_and_note)


def buckets_keep_their_tags() -> None:
    """CloudFormation's bucket tags are dropped, and ``autoDeleteObjects`` refuses to empty an untagged bucket."""
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    apply_configurations = provisioners._s3_apply_configurations

    def with_tags(name: str, props: dict[str, Any], old_props: dict[str, Any] | None = None) -> Any:
        if "Tags" in props:
            s3._bucket_tags[name] = {tag["Key"]: tag["Value"] for tag in props["Tags"]}
        return apply_configurations(name, props, old_props)

    provisioners._s3_apply_configurations = with_tags
