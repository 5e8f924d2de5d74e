"""From a request to an execution that works it off, or to the reason why there is none."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from documents.clients import client, worst_case_seconds
from documents.errors import DocumentRejected, is_code
from documents.naming import execution_name
from documents.runtime import count, count_by, identify, logger, require_time
from plan_transform.manifests import Found, Scope, objects
from plan_transform.records import Limits, check
from plan_transform.requests import Request, parse
from transforms import endings, rows
from transforms.plans import Plan

PLANS = "plans"
ANSWERS = "answers"
DIGITS = 16


@dataclass(frozen=True)
class Environment:
    """What this function is told; 0 stands for no limit, and for no where it is yes or no."""

    state_machine_arn: str
    transforms_table: str
    rejected_queue_url: str
    inputs_bucket: str
    results_bucket: str
    data_prefix: str
    max_objects: int
    max_bytes: int
    max_records: int
    payload_bytes: int
    count_records: int
    split_records: int
    max_instances: int
    retention_days: int = 0


def plan(body: str, told: Environment, context: LambdaContext) -> None:
    """Starts the execution that ``body`` asks for, once; refuses what no job should be paid for.

    Raises:
        MalformedEvent: ``body`` is no request.
    """
    request = parse(body, told.inputs_bucket)
    if request is None:
        return
    identify(request.id, request.attempt)
    if _is_known(request, told):
        count("DuplicateEvents")
        logger.info("the request is known already")
        return
    try:
        planned = _planned(request, told, lambda: require_time(context, 2 * worst_case_seconds("s3")))
    except DocumentRejected as error:
        _refuse(request, error, told)
        return
    _start(planned, told)


def _is_known(request: Request, told: Environment) -> bool:
    row = rows.get(told.transforms_table, request.id)
    if not row or row["attempt"] < request.attempt:
        return False
    untold = row["status"] == rows.REFUSED and row.get("notified") != execution_name(request.id, request.attempt)
    return row["attempt"] > request.attempt or not untold


def _planned(request: Request, told: Environment, pause: Callable[[], None]) -> Plan:
    found = objects(request, Scope(told.inputs_bucket, told.data_prefix, told.max_objects))
    limits = Limits(told.max_bytes, told.max_records, told.payload_bytes, bool(told.count_records), bool(told.split_records))
    records = check(told.inputs_bucket, found, limits, pause)
    name = execution_name(request.id, request.attempt)
    return Plan(
        id=request.id,
        attempt=request.attempt,
        request=request.address,
        version_id=request.version_id,
        event=request.event,
        manifest_uri=_write_manifest(name, found, told),
        output_uri=f"s3://{told.results_bucket}/{ANSWERS}/{name}/",
        objects=len(found),
        bytes=sum(each.size for each in found),
        records=records,
        instances=min(told.max_instances, len(found)),
    )


def _write_manifest(name: str, found: list[Found], told: Environment) -> str:
    """Writes down what was checked, so that nothing else is transformed whatever becomes of the request.

    The content is in the name: another look at a prefix, for an event that came twice, may find other objects.
    """
    prefix = f"s3://{told.inputs_bucket}/{told.data_prefix}"
    manifest = json.dumps([{"prefix": prefix}, *(each.key.removeprefix(told.data_prefix) for each in found)]).encode()
    key = f"{PLANS}/{name}-{hashlib.sha256(manifest).hexdigest()[:DIGITS]}.manifest"
    client("s3").put_object(Bucket=told.inputs_bucket, Key=key, Body=manifest, ContentType="application/json")
    return f"s3://{told.inputs_bucket}/{key}"


def _start(planned: Plan, told: Environment) -> None:
    try:
        client("stepfunctions").start_execution(
            stateMachineArn=told.state_machine_arn, name=planned.name, input=json.dumps(planned.as_dict())
        )
    except ClientError as error:
        if not is_code(error, "ExecutionAlreadyExists"):
            raise
        logger.info("the execution was started before")
    rows.begin(told.transforms_table, planned.as_dict(), retention_days=told.retention_days)
    count("TransformsStarted")


def _refuse(request: Request, error: DocumentRejected, told: Environment) -> None:
    outcome = {"status": rows.REFUSED, "reason": endings.reason(error.code, error.message)}
    rows.end(told.transforms_table, request.identity, outcome, retention_days=told.retention_days)
    row = rows.get(told.transforms_table, request.id)
    client("sqs").send_message(QueueUrl=told.rejected_queue_url, MessageBody=json.dumps(endings.next_event(row)))
    rows.notified(told.transforms_table, request.id, execution_name(request.id, request.attempt))
    count_by("RequestsRefused", "code", error.code)
    logger.warning("refused", code=error.code)
