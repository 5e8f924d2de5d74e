"""Adaptations of ministack's Lambda."""

from __future__ import annotations

import contextvars
import itertools
import json
from importlib.metadata import version as distribution_version
from typing import Any

from blueprints.local import identity
from blueprints.local.adapter.patching import replace_handler
from blueprints.local.provenance import Ledger
from blueprints.local.runtime_files import powertools_layer
from blueprints.local.worker import Function, Workers

POWERTOOLS_ACCOUNT = "017000801446"
"""https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/"""


def functions_run_in_awslambdaric(workers: Workers, ledger: Ledger) -> None:
    """Ministack's own Python worker sees this process's packages, and loses the type and the stack trace of errors."""
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
        stream = {"stream": result.stream} if result.stream is not None else {}
        return {"body": json.loads(result.body or b"null"), "log": result.log, **stream, **({"error": True} if result.failed else {})}

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


def functions_keep_their_settings() -> None:
    """CloudFormation's functions lose the key of their environment and their reserved concurrency."""
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    create, update = provisioners._lambda_create, provisioners._lambda_update

    def kept(changed: tuple[str, Any], properties: dict[str, Any]) -> tuple[str, Any]:
        record = lambda_svc._functions[changed[0]]
        record["config"]["KMSKeyArn"] = properties.get("KmsKeyArn", "")
        record["concurrency"] = properties.get("ReservedConcurrentExecutions")
        return changed

    replace_handler(create, lambda logical_id, properties, stack: kept(create(logical_id, properties, stack), properties))
    replace_handler(update, lambda name, old, new, *place: kept(update(name, old, new, *place), new))


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
    responses.set_request_region(identity.region())
    lambda_svc._publish_layer_version(name, {})
    version = lambda_svc._layers[name]["versions"][-1]
    version["_zip_data"] = content
    version["Content"]["CodeSize"] = len(content)
    lambda_svc._add_layer_version_permission(name, 1, {"Action": "lambda:GetLayerVersion", "Principal": "*", "StatementId": "public"})
    arn: str = version["LayerVersionArn"]
    return arn
