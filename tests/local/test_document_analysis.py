"""The deployed document-analysis: real events, queues, state machines, functions and roles; Textract and Comprehend are stand-ins."""

import functools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.document_analysis import Outcome, Trial
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session
from tests.local.deployments import deployment
from tests.waiting import until

# Deploying takes as long as a thousand other tests; what the parts do is proven without it, as for every other blueprint.
pytestmark = pytest.mark.long
NAME = "document-analysis"
eventually = functools.partial(until, seconds=60)
PNG_HEADER = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


class Deployed:
    """A deployment and what its samples came to."""

    def __init__(self, aws: EmbeddedAws, outputs: dict[str, str]) -> None:
        self.aws, self.outputs = aws, outputs
        trial = Trial()
        self.all_well = trial.run(Session(aws, outputs, Steps(Console(quiet=True))), [])
        self.outcomes = {outcome.upload.key: outcome for outcome in trial.outcomes}

    def row(self, key: str) -> dict[str, Any]:
        name = {"document": {"S": f"{self.outputs['DocumentsBucketName']}/{key}"}}
        found: dict[str, Any] = self.aws.client("dynamodb").get_item(TableName=self.outputs["IndexTableName"], Key=name).get("Item", {})
        return found

    def upload(self, key: str, content: bytes) -> None:
        self.aws.client("s3").put_object(Bucket=self.outputs["DocumentsBucketName"], Key=key, Body=content)

    def executions(self, machine: str = "StateMachineArn") -> list[dict[str, Any]]:
        listed = self.aws.client("stepfunctions").list_executions(stateMachineArn=self.outputs[machine])
        return list(listed["executions"])

    def waiting(self, queue: str) -> int:
        attributes = self.aws.client("sqs").get_queue_attributes(QueueUrl=self.outputs[queue], AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])


@pytest.fixture(scope="module")
def deployed(embedded_aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployment(NAME, embedded_aws, tmp_path_factory.mktemp("outputs")) as outputs:
        yield Deployed(embedded_aws, outputs)


def found(outcome: Outcome, kind: str) -> list[Any]:
    assert outcome.result is not None
    return list(outcome.result[kind])


def test_every_sample_comes_to_its_end(deployed: Deployed) -> None:
    ends = {key: outcome.status for key, outcome in deployed.outcomes.items()}
    refused = {"corrupt.pdf": "REFUSED", "empty.pdf": "REFUSED"}
    read = dict.fromkeys(["id-card.jpg", "invoice.pdf", "receipt.png", "scanned form.jpg", "table.png"], "SUCCEEDED")
    assert ends == {**refused, **read}
    assert deployed.all_well


def test_the_invoice_is_read_asynchronously_and_whole(deployed: Deployed) -> None:
    invoice = deployed.outcomes["invoice.pdf"]
    fields = {field["key"].rstrip(":"): field["value"] for field in found(invoice, "fields")}
    assert fields["Invoice number"] == "INV-2026-0417"
    assert [len(table["rows"]) for table in found(invoice, "tables")] == [14, 7]
    assert {"EMAIL", "NAME", "ADDRESS"} <= {entity["type"] for entity in found(invoice, "pii")}
    assert invoice.redacted_text is not None
    assert "accounts@quillmere.example" not in invoice.redacted_text


def test_doubtful_fields_are_reviewed(deployed: Deployed) -> None:
    form = deployed.outcomes["scanned form.jpg"]
    assert {field["key"].rstrip(":") for field in form.reviewed} == {"Reference"}
    assert form.result is not None
    assert form.result["review"]["outcome"] == "approved"


def test_refusals_are_told_in_the_index_and_end_in_the_rejected_queue(deployed: Deployed) -> None:
    reasons = {key: deployed.row(key)["reason"]["M"]["code"]["S"] for key in ("corrupt.pdf", "empty.pdf")}
    assert reasons == {"corrupt.pdf": "CORRUPT", "empty.pdf": "EMPTY"}
    assert deployed.waiting("RejectedQueueUrl") == 2


def test_the_same_content_is_analysed_once(deployed: Deployed) -> None:
    calls = textract_calls(deployed)
    table = deployed.outcomes["table.png"].upload.path.read_bytes()
    for key in ("again + again.png", "wieder/größer %20.png"):
        deployed.upload(key, table)
    for key in ("again + again.png", "wieder/größer %20.png"):
        assert eventually(lambda key=key: deployed.row(key))["status"]["S"] == "SUCCEEDED"
    assert textract_calls(deployed) == calls


def test_a_repeated_event_has_no_second_effect(deployed: Deployed) -> None:
    started = len(deployed.executions())
    execution = next(found for found in deployed.executions() if found["status"] == "SUCCEEDED")
    described = deployed.aws.client("stepfunctions").describe_execution(executionArn=execution["executionArn"])
    event = json.dumps(json.loads(described["input"])["event"])
    for _ in range(3):
        deployed.aws.client("sqs").send_message(QueueUrl=deployed.outputs["IntakeQueueUrl"], MessageBody=event)
    eventually(lambda: queue_is_done(deployed))
    assert len(deployed.executions()) == started


def test_a_bulk_run_queues_every_object_of_a_bucket(deployed: Deployed) -> None:
    s3, stepfunctions = deployed.aws.client("s3"), deployed.aws.client("stepfunctions")
    bucket, results = deployed.outputs["DocumentsBucketName"], deployed.outputs["ResultsBucketName"]
    keys = {found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    before = len(deployed.executions())
    machine = deployed.outputs["BulkStateMachineArn"]
    run = stepfunctions.start_execution(stateMachineArn=machine, input=json.dumps({"bucket": bucket}))["executionArn"]
    ended = eventually(lambda: (now := stepfunctions.describe_execution(executionArn=run))["status"] != "RUNNING" and now)
    assert ended["status"] == "SUCCEEDED", ended
    written = [found["Key"] for found in s3.list_objects_v2(Bucket=results, Prefix="bulk/")["Contents"] if "SUCCEEDED" in found["Key"]]
    children = [child for key in written for child in json.loads(s3.get_object(Bucket=results, Key=key)["Body"].read())]
    assert {json.loads(child["Input"])["object"]["Key"] for child in children} == keys
    eventually(lambda: queue_is_done(deployed))
    assert len(deployed.executions()) == before, "what was analysed before has no second effect"


def test_a_redrive_tries_rejected_documents_again(deployed: Deployed) -> None:
    before = deployed.row("empty.pdf")["attempt"]["N"]
    sqs = deployed.aws.client("sqs")
    arns = [
        sqs.get_queue_attributes(QueueUrl=deployed.outputs[queue], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for queue in ("RejectedQueueUrl", "IntakeQueueUrl")
    ]
    sqs.start_message_move_task(SourceArn=arns[0], DestinationArn=arns[1])
    eventually(lambda: int(deployed.row("empty.pdf")["attempt"]["N"]) == int(before) + 1)
    assert deployed.row("empty.pdf")["status"]["S"] == "REFUSED"


def test_long_keys_and_large_files_are_answered(deployed: Deployed) -> None:
    longest = "k" * 1020 + ".png"
    deployed.upload(longest, b"")
    deployed.upload("large.png", PNG_HEADER + bytes(10_485_761))
    assert eventually(lambda: deployed.row(longest))["reason"]["M"]["code"]["S"] == "EMPTY"
    assert eventually(lambda: deployed.row("large.png"))["reason"]["M"]["code"]["S"] == "TOO_LARGE"


def test_everything_that_answered_is_named(deployed: Deployed) -> None:
    report = deployed.aws.report()
    answered = {call["service"]: call["provenance"] for call in report["calls"] if call["service"] in ("textract", "comprehend")}
    assert answered == {"textract": "stand-in rapidocr", "comprehend": "stand-in text rules"}
    assert not [call for call in report["calls"] if call["provenance"] == "not implemented"]


def textract_calls(deployed: Deployed) -> int:
    return sum(call["count"] for call in deployed.aws.report()["calls"] if call["service"] == "textract")


def queue_is_done(deployed: Deployed) -> bool:
    attributes = deployed.aws.client("sqs").get_queue_attributes(QueueUrl=deployed.outputs["IntakeQueueUrl"], AttributeNames=["All"])
    counts = attributes["Attributes"]
    return counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0"
