"""What the tests of the stand-ins share: pages read once a session, an in-memory AWS, and a check of answers against botocore's shapes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pickle
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.session import get_session
from moto import mock_aws

from blueprints.local.stand_ins.textract.documents import Document
from blueprints.local.stand_ins.textract.pages import Box, Line, Page, Word
from blueprints.local.stand_ins.textract.recognition import Recogniser
from blueprints.local.stand_ins.textract.stand_in import TextractStandIn
from tests.waiting import until

SAMPLES = Path(__file__).parents[4] / "samples" / "document-analysis"
REGION = "us-east-1"
PLAIN: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "blob": bytes,
    "float": (float, int),
    "double": (float, int),
}
SIGN_WIDTH = 10


class SharedRecogniser(Recogniser):
    """Reads each picture once for all test processes.

    Args:
        folder: Where the processes leave the pages for each other.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def _page(self, picture: Any) -> Page:
        place = self._folder / hashlib.sha256(picture.tobytes()).hexdigest()
        with place.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                place.write_bytes(pickle.dumps(super()._page(picture)))
            page: Page = pickle.loads(place.read_bytes())  # noqa: S301 - written by this run
        return page


@pytest.fixture(scope="session")
def textract(tmp_path_factory: pytest.TempPathFactory) -> TextractStandIn:
    """One stand-in for the session."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "pages"
    folder.mkdir(exist_ok=True)
    stand_in = TextractStandIn()
    stand_in._recogniser = SharedRecogniser(folder)
    return stand_in


@pytest.fixture(scope="session")
def recogniser(textract: TextractStandIn) -> Recogniser:
    return textract._recogniser


@pytest.fixture(scope="session")
def sample() -> Callable[[str], bytes]:
    return lambda name: (SAMPLES / name).read_bytes()


@pytest.fixture(scope="session")
def read(recogniser: Recogniser, sample: Callable[[str], bytes]) -> Callable[[str], list[Page]]:
    """Returns the recognised pages of a sample."""
    return lambda name: list(recogniser.pages(Document.of(sample(name), asynchronous=True)))


@pytest.fixture(scope="session")
def clients() -> Callable[[str], Any]:
    """Makes each client once: that takes longer than most calls."""
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    return cache(lambda service: session.client(service))


@pytest.fixture
def aws(clients: Callable[[str], Any]) -> Iterator[Callable[[str], Any]]:
    """An in-memory AWS with the bucket ``documents``."""
    with mock_aws():
        clients("s3").create_bucket(Bucket="documents")
        yield clients


@pytest.fixture
def upload(aws: Callable[[str], Any], sample: Callable[[str], bytes]) -> Callable[..., dict[str, Any]]:
    """Puts a sample, or other content, into the bucket and returns a ``DocumentLocation`` of it."""

    def put(name: str, content: bytes | None = None) -> dict[str, Any]:
        aws("s3").put_object(Bucket="documents", Key=name, Body=sample(name) if content is None else content)
        return {"S3Object": {"Bucket": "documents", "Name": name}}

    return put


@pytest.fixture
def channel(aws: Callable[[str], Any]) -> dict[str, str]:
    """A topic, a queue behind it, and a role that Textract may assume."""
    topic = aws("sns").create_topic(Name="notices")["TopicArn"]
    queue = aws("sqs").create_queue(QueueName="notices")["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "textract.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnLike": {"aws:SourceArn": f"arn:aws:textract:{REGION}:123456789012:*"},
        },
    }
    role = aws("iam").create_role(
        RoleName="publisher", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    return {"SNSTopicArn": topic, "RoleArn": role["Role"]["Arn"]}


@pytest.fixture
def notices(aws: Callable[[str], Any], channel: dict[str, str]) -> Callable[[], list[dict[str, Any]]]:
    """Takes the notices that have arrived in the queue behind the topic."""

    def take() -> list[dict[str, Any]]:
        url = aws("sqs").get_queue_url(QueueName="notices")["QueueUrl"]
        return [
            json.loads(message["Body"]) for message in aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        ]

    return take


@pytest.fixture
def run(textract: TextractStandIn, aws: Callable[[str], Any]) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    """Starts a job and returns the first answer after it has ended."""

    def started(kind: str, request: dict[str, Any]) -> dict[str, Any]:
        job = textract.answer(f"Start{kind}", request, aws)["JobId"]

        def end() -> Any:
            answer = textract.answer(f"Get{kind}", {"JobId": job}, aws)
            return None if answer["JobStatus"] == "IN_PROGRESS" else answer

        return {"JobId": job, **until(end, 20)}

    return started


@pytest.fixture(scope="session")
def page_of() -> Callable[..., Page]:
    """Makes a page of lines, each given as text, left and top, and as it may be height and confidence; ten pixels a sign."""

    def make(*lines: tuple[Any, ...], size: tuple[int, int] = (1000, 1000), **found: Any) -> Page:
        return Page(size, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)), 0.0, size, tuple(_line(*line) for line in lines), **found)

    return make


def _line(text: str, left: float, top: float, height: float = 20, confidence: float = 99.0) -> Line:
    words = []
    for word in text.split():
        words.append(Word(word, confidence, Box(left, top, left + SIGN_WIDTH * len(word), top + height)))
        left += SIGN_WIDTH * (len(word) + 1)
    return Line(tuple(words))


@pytest.fixture(scope="session")
def misfits() -> Callable[[str, str, dict[str, Any]], list[str]]:
    """Returns what in an answer is not as botocore's model of the operation's output says."""
    session = get_session()

    def walk(service: str, operation: str, answer: dict[str, Any]) -> list[str]:
        shape = session.get_service_model(service).operation_model(operation).output_shape
        assert shape is not None
        return list(_misfits(answer, shape, operation))

    return walk


def _misfits(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no structure"
            return
        yield from (f"{path}: {name} is unknown" for name in value if name not in shape.members)
        yield from (f"{path}: {name} is missing" for name in shape.required_members if name not in value)
        for name in value.keys() & shape.members.keys():
            yield from _misfits(value[name], shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no list"
            return
        for place, each in enumerate(value):
            yield from _misfits(each, shape.member, f"{path}[{place}]")
    elif isinstance(shape, MapShape):
        for name, each in value.items():
            yield from _misfits(each, shape.value, f"{path}.{name}")
    else:
        yield from _plain_misfits(value, shape, path)


def _plain_misfits(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, PLAIN[shape.type_name]) or (isinstance(value, bool) and shape.type_name != "boolean"):
        yield f"{path}: {value!r} is no {shape.type_name}"
    elif getattr(shape, "enum", None) and value not in shape.enum:  # type: ignore[attr-defined]
        yield f"{path}: {value!r} is not one of {shape.enum}"  # type: ignore[attr-defined]
    elif path.rsplit(".", 1)[-1].startswith("Confidence") and not 0 <= value <= 100:
        yield f"{path}: {value} is no percentage"
