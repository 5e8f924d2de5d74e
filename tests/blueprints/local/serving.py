"""SageMaker in the process of the tests: containers, objects, roles, topics and metrics are made of Python."""

import hashlib
import io
import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from blueprints.local.sagemaker.artifacts import pack
from blueprints.local.sagemaker.containers import ContainerRefusalError, ContainerStartError
from blueprints.local.sagemaker.control import SageMakerControl
from blueprints.local.sagemaker.metrics import Metrics
from blueprints.local.sagemaker.running import ContainerSpec, Program
from blueprints.local.sagemaker.serving import Serving
from blueprints.local.stand_ins.sagemaker.stand_in import SageMakerStandIn
from blueprints.local.stand_ins.sagemaker_runtime.stand_in import SageMakerRuntimeStandIn
from tests.blueprints.local.in_process import InProcess
from tests.waiting import until

ROLE = "arn:aws:iam::123456789012:role/Model"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/fake:1"
UNKNOWN_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/unknown:1"
MODEL = {"Image": IMAGE, "ModelDataUrl": "s3://data/models/a.tar.gz"}
VARIANT = {
    "VariantName": "AllTraffic",
    "ModelName": "m",
    "InitialInstanceCount": 2,
    "InstanceType": "ml.m5.large",
    "InitialVariantWeight": 1,
}


class FakeContainer:
    """Says what it was asked; some bodies make it fail.

    Args:
        spec: What it was made of.
        fits: How many models it can hold.
    """

    def __init__(self, spec: ContainerSpec, fits: int = 1000) -> None:
        self.spec, self.fits = spec, fits
        self.restarts = 0
        self.runs = False
        self.loaded: dict[str, Path] = {}
        self.unloaded: list[str] = []
        self.adapters: dict[str, Path] = {}
        self.asked: list[tuple[bytes, str, str, dict[str, str]]] = []
        self.held = threading.Event()
        self.held.set()

    def start(self) -> None:
        if (self.spec.folder / "broken").exists():
            raise ContainerStartError("there is no model")
        self.runs = True

    def stop(self) -> None:
        self.runs = False

    def log(self) -> str:
        return "it printed\n"

    def stream(
        self, body: bytes, content_type: str, accept: str, headers: Mapping[str, str], timeout: float, *, model: str | None = None
    ) -> tuple[int, str, Iterator[bytes]]:
        assert self.runs
        self.asked.append((body, content_type, accept, {**headers, "timeout": str(timeout)}))
        assert self.held.wait(10)
        if body == b"slow":
            raise TimeoutError
        if body == b"crash":
            raise ConnectionError("it ended")
        status = int(body) if body[:1] in (b"4", b"5") and len(body) == 3 else 200
        where = (self.loaded[model] if model else self.spec.folder) / "name"
        name = where.read_text() if where.exists() else ""
        return status, content_type, iter((f"{name}:".encode(), body))

    def load(self, name: str, folder: Path, *, target_model: str | None = None) -> None:
        if name in self.loaded:
            raise ContainerRefusalError(409, "loaded already")
        if len(self.loaded) >= self.fits:
            raise ContainerRefusalError(507, "no memory")
        if (folder / "broken").exists():
            raise ContainerRefusalError(500, f"{target_model} is broken")
        self.loaded[name] = folder

    def unload(self, name: str) -> None:
        self.unloaded.append((self.loaded.pop(name) / "name").read_text())

    def load_adapter(self, name: str, folder: Path) -> None:
        if (folder / "broken").exists():
            raise ContainerRefusalError(500, "broken")
        self.adapters[name] = folder

    def unload_adapter(self, name: str) -> None:
        del self.adapters[name]


class FakeS3:
    """Keeps the objects of the buckets ``data`` and ``other``; keys with a beginning in ``denied`` are not for anybody."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.options: dict[str, dict[str, Any]] = {}
        self.denied: list[str] = []

    def get_object(self, **given: str) -> dict[str, Any]:
        content = self._found("GetObject", given["Bucket"], given["Key"])
        return {"Body": io.BytesIO(content), "ContentLength": len(content), "ETag": hashlib.sha256(content).hexdigest()}

    def head_object(self, **given: str) -> dict[str, Any]:
        return self.get_object(**given)

    def put_object(self, **given: Any) -> None:
        self._check("PutObject", given["Bucket"], given["Key"])
        self.objects[given["Bucket"], given["Key"]] = given["Body"]
        self.options[given["Key"]] = given

    def get_paginator(self, _operation: str) -> "FakeS3":
        return self

    def paginate(self, **given: str) -> list[dict[str, Any]]:
        self._check("ListObjectsV2", given["Bucket"], given["Prefix"])
        keys = sorted(key for bucket, key in self.objects if bucket == given["Bucket"] and key.startswith(given["Prefix"]))
        return [{"Contents": [{"Key": key} for key in keys]}] if keys else [{}]

    def _found(self, operation: str, bucket: str, key: str) -> bytes:
        self._check(operation, bucket, key)
        if (bucket, key) not in self.objects:
            raise refusal("NoSuchKey", operation)
        return self.objects[bucket, key]

    def _check(self, operation: str, bucket: str, key: str) -> None:
        if bucket not in ("data", "other"):
            raise refusal("NoSuchBucket", operation)
        if any(key.startswith(each) for each in self.denied):
            raise refusal("AccessDenied", operation)


class FakeIam:
    """Keeps who may assume roles."""

    def __init__(self) -> None:
        self.trusted = {"Model": "sagemaker.amazonaws.com", "Other": "lambda.amazonaws.com"}

    def get_role(self, **given: str) -> dict[str, Any]:
        if given["RoleName"] not in self.trusted:
            raise refusal("NoSuchEntity", "GetRole")
        trust = {"Effect": "Allow", "Principal": {"Service": self.trusted[given["RoleName"]]}, "Action": "sts:AssumeRole"}
        return {"Role": {"AssumeRolePolicyDocument": {"Statement": [trust]}}}


class FakeSns:
    """Keeps what was published, by topic."""

    def __init__(self) -> None:
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.refuses = False

    def publish(self, **given: str) -> None:
        if self.refuses:
            raise refusal("AuthorizationError", "Publish")
        self.published.append((given["TopicArn"], json.loads(given["Message"])))


class FakeLogs:
    """Keeps lines by log group and stream; the group ``/closed`` is nobody's."""

    class exceptions:  # noqa: N801 - as clients have it
        ResourceNotFoundException = type("ResourceNotFoundException", (ClientError,), {})
        ResourceAlreadyExistsException = type("ResourceAlreadyExistsException", (ClientError,), {})

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, list[str]]] = {}

    def create_log_group(self, **given: str) -> None:
        if given["logGroupName"] == "/closed":
            raise refusal("AccessDeniedException", "CreateLogGroup")
        self.groups[given["logGroupName"]] = {}

    def create_log_stream(self, **given: str) -> None:
        if given["logGroupName"] not in self.groups:
            raise self.exceptions.ResourceNotFoundException({"Error": {}}, "CreateLogStream")
        self.groups[given["logGroupName"]][given["logStreamName"]] = []

    def put_log_events(self, **given: Any) -> None:
        self.groups[given["logGroupName"]][given["logStreamName"]] += [event["message"] for event in given["logEvents"]]


class FakeCloudWatch:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.data: list[dict[str, Any]] = []
        self.refuses = False

    def put_metric_data(self, **given: Any) -> None:
        if self.refuses:
            raise refusal("Throttling", "PutMetricData")
        self.data += [{"Namespace": given["Namespace"], **datum} for datum in given["MetricData"]]


def refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


class FakeAws(InProcess):
    """Gives clients of SageMaker that ask programs, and of other services that are made of Python."""

    def __init__(self, *programs: Any) -> None:
        super().__init__(*programs)
        self.s3, self.iam, self.sns, self.cloudwatch = FakeS3(), FakeIam(), FakeSns(), FakeCloudWatch()
        self.logs = FakeLogs()

    def __call__(self, service: str) -> Any:
        return getattr(self, service, None) or super().__call__(service)


class Served:
    """What tests of SageMaker begin with: a bucket, a role, and artifacts whose files tell their name.

    Args:
        folder: Where artifacts are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.containers: list[FakeContainer] = []
        self.metrics = Metrics(every=3600)
        self.control = SageMakerControl(self._program, folder)
        self.serving = Serving(self.control, self.metrics)
        self.aws = FakeAws(self.control, SageMakerStandIn(self.control), SageMakerRuntimeStandIn(self.serving))
        self.sagemaker, self.runtime = self.aws("sagemaker"), self.aws("sagemaker-runtime")
        self.artifact("a")

    def _program(self, image: str) -> Program | None:
        return None if image == UNKNOWN_IMAGE else Program("fake 1.0", self._made)

    def _made(self, spec: ContainerSpec) -> FakeContainer:
        self.containers.append(FakeContainer(spec))
        return self.containers[-1]

    def put(self, key: str, content: bytes) -> str:
        self.aws.s3.put_object(Bucket="data", Key=key, Body=content)
        return f"s3://data/{key}"

    def got(self, key: str) -> bytes:
        return self.aws.s3.objects["data", key]

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for _, key in self.aws.s3.objects if key.startswith(prefix))

    def artifact(self, name: str, *, broken: bool = False, folder: str = "models") -> str:
        return self.put(f"{folder}/{name}.tar.gz", pack({"name": name.encode(), **({"broken": b""} if broken else {})}))

    def model(self, name: str = "m", *containers: Mapping[str, Any], **settings: Any) -> None:
        made = {"PrimaryContainer": containers[0] if containers else MODEL} if len(containers) < 2 else {"Containers": list(containers)}
        self.sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, **made, **settings)

    def config(self, *variants: Mapping[str, Any], name: str = "c", **settings: Any) -> None:
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=list(variants or (VARIANT,)), **settings)

    def endpoint(self, *variants: Mapping[str, Any], name: str = "e", **settings: Any) -> dict[str, Any]:
        """Creates an endpoint with its configuration, and its model unless there is one."""
        if not self.sagemaker.list_models()["Models"]:
            self.model()
        self.config(*variants, name=f"{name}-config", **settings)
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=f"{name}-config")
        return self.settled(name)

    def settled(self, name: str = "e") -> dict[str, Any]:
        def ended() -> Any:
            told = self.sagemaker.describe_endpoint(EndpointName=name)
            return None if told["EndpointStatus"].endswith("ing") else told

        return dict(until(ended))

    def component(self, name: str, specification: Mapping[str, Any], *, copies: int = 1) -> dict[str, Any]:
        runtime = {"CopyCount": copies}
        self.sagemaker.create_inference_component(
            InferenceComponentName=name, EndpointName="e", VariantName="AllTraffic", Specification=specification, RuntimeConfig=runtime
        )
        return self.settled_component(name)

    def settled_component(self, name: str) -> dict[str, Any]:
        def ended() -> Any:
            told = self.sagemaker.describe_inference_component(InferenceComponentName=name)
            return None if told["InferenceComponentStatus"].endswith("ing") else told

        return dict(until(ended))

    def ask(self, body: bytes = b"1", endpoint: str = "e", **more: Any) -> bytes:
        content: bytes = self.runtime.invoke_endpoint(EndpointName=endpoint, Body=body, ContentType="text/csv", **more)["Body"].read()
        return content

    def told(self) -> dict[str, list[float]]:
        """Returns what CloudWatch is going to be told, by the names of the metrics."""
        return {name: values for (name, _), values in self.metrics._values.items()}
