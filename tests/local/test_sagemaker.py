"""Models of SageMaker, deployed to the embedded AWS and served by their real frameworks."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.embedded import EmbeddedAws
from blueprints.local.sagemaker.artifacts import pack
from tests.local import raw
from tests.waiting import until

pytestmark = pytest.mark.long
MODELS = Path(__file__).parents[2] / "samples" / "models"
ROW = b"34,12.5,70,2,1\n"
REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5"
LANGUAGE_MODEL = f"{REGISTRY}/djl-inference:0.36.0-lmi18.0.0-cu128"
INSTANCES = {"VariantName": "AllTraffic", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large", "InitialVariantWeight": 1}
CHAT = json.dumps({"messages": [{"role": "user", "content": "where is my order"}], "max_tokens": 20}).encode()
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group"
ENDPOINTS = "arn:aws:sagemaker:us-east-1:123456789012:endpoint"


def packed(name: str) -> bytes:
    folder = MODELS / name
    return pack({path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()})


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::SageMaker::{kind}", "Properties": properties}


def model(*containers: dict[str, Any], **properties: Any) -> dict[str, Any]:
    made = {"PrimaryContainer": containers[0]} if len(containers) == 1 else {"Containers": list(containers)}
    return resource("Model", ExecutionRoleArn=raw.attribute("Role"), **made, **properties)


def served(name: str, variant: dict[str, Any], **config: Any) -> dict[str, Any]:
    """An endpoint and its configuration."""
    return {
        f"{name}Config": resource("EndpointConfig", ProductionVariants=[variant], **config),
        name: resource(
            "Endpoint", EndpointConfigName=raw.attribute(f"{name}Config", "EndpointConfigName"), RetainAllVariantProperties=True
        ),
    }


def of(name: str, **variant: Any) -> dict[str, Any]:
    return {"VariantName": "AllTraffic", "ModelName": raw.attribute(name, "ModelName"), **(variant or INSTANCES)}


class Site:
    """A bucket with the sample models, and endpoints of most kinds.

    Args:
        aws: Where they are.
    """

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws, self.s3, self.runtime = aws, aws.client("s3"), aws.client("sagemaker-runtime")
        resources = {
            "Bucket": {"Type": "AWS::S3::Bucket"},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Policy": raw.queue_policy("Queue"),
            "Subscription": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {
                    "Protocol": "sqs",
                    "TopicArn": raw.ref("Topic"),
                    "Endpoint": raw.attribute("Queue"),
                    "RawMessageDelivery": True,
                },
            },
        }
        self.data = raw.deploy(aws, "sagemaker-data", resources, {name: raw.ref(name) for name in ("Bucket", "Topic", "Queue")})
        self.bucket = self.data["Bucket"]
        for name in ("churn", "support-replies", "support-replies-formal"):
            self.put(f"models/{name}.tar.gz", packed(name))
        outputs = {name: raw.attribute(name, "EndpointName") for name in ("Now", "Many", "Later", "Shared")}
        outputs |= {name: raw.attribute(name, "InferenceComponentName") for name in ("Base", "Formal")}
        outputs |= {"Churn": raw.attribute("Churn", "ModelName"), "Caller": raw.attribute("Caller"), "States": raw.attribute("States")}
        self.names = raw.deploy(aws, "sagemaker", self.resources(), outputs)

    def put(self, key: str, content: bytes) -> str:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def got(self, key: str) -> bytes:
        content: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return content

    def resources(self, **role: Any) -> dict[str, Any]:
        at, topic = f"s3://{self.bucket}", self.data["Topic"]
        rights = [
            raw.allow("s3:GetObject", "s3:PutObject", on=f"arn:aws:s3:::{self.bucket}/*"),
            raw.allow("s3:ListBucket", on=f"arn:aws:s3:::{self.bucket}"),
            raw.allow("sns:Publish", on=topic),
            raw.allow("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", on=f"{LOGS}:/aws/sagemaker/Endpoints/*"),
        ]
        jobs = raw.allow("sagemaker:CreateTransformJob", "sagemaker:DescribeTransformJob", on="arn:aws:sagemaker:*:*:transform-job/*")
        churn = {"Image": XGBOOST, "ModelDataUrl": f"{at}/models/churn.tar.gz"}
        output = {"S3OutputPath": f"{at}/later", "NotificationConfig": {"SuccessTopic": topic, "ErrorTopic": topic}}
        component = {
            "EndpointName": raw.attribute("Shared", "EndpointName"),
            "VariantName": "AllTraffic",
            "RuntimeConfig": {"CopyCount": 1},
        }
        base = {
            "Container": {"Image": LANGUAGE_MODEL, "ArtifactUrl": f"{at}/models/support-replies.tar.gz"},
            "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024},
        }
        formal = {
            "BaseInferenceComponentName": raw.attribute("Base", "InferenceComponentName"),
            "Container": {"ArtifactUrl": f"{at}/models/support-replies-formal.tar.gz"},
        }
        target = {
            "ServiceNamespace": "sagemaker",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "ResourceId": {"Fn::Sub": "endpoint/${Now.EndpointName}/variant/AllTraffic"},
            "MinCapacity": 1,
            "MaxCapacity": 2,
        }
        return {
            "Role": raw.role("sagemaker.amazonaws.com", *rights),
            "Caller": raw.role(raw.ANYBODY, raw.allow("sagemaker:InvokeEndpoint", on=f"{ENDPOINTS}/sagemaker-Now-*")),
            "States": raw.role("states.amazonaws.com", jobs),
            "Churn": model(churn),
            **served("Now", of("Churn")),
            "Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": target},
            "All": model({**churn, "Mode": "MultiModel", "ModelDataUrl": f"{at}/models/"}),
            **served("Many", of("All")),
            **served("Later", of("Churn"), AsyncInferenceConfig={"OutputConfig": output}),
            **served("Shared", {**INSTANCES, "InstanceType": "ml.g5.xlarge"}, ExecutionRoleArn=raw.attribute("Role")),
            "Base": resource("InferenceComponent", Specification=base, **component),
            "Formal": resource("InferenceComponent", Specification=formal, **component),
        }

    def ask(self, name: str, body: bytes = ROW, content_type: str = "text/csv", **more: Any) -> tuple[bytes, str]:
        answer = self.runtime.invoke_endpoint(EndpointName=self.names[name], Body=body, ContentType=content_type, **more)
        return answer["Body"].read(), answer["ResponseMetadata"]["HTTPHeaders"]["x-local-provenance"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with EmbeddedAws(home=tmp_path_factory.mktemp("home")) as aws:
        yield Site(aws)
        server = aws.pid
        assert len(processes(server)) > 4
    assert processes(server) == []


def processes(group: int) -> list[str]:
    """Returns the processes of the embedded AWS that have not ended."""
    listing = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listing.splitlines()]
    return [row[1] for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


def test_an_endpoint_answers_with_the_framework_of_its_image(site: Site) -> None:
    answer, program = site.ask("Now")
    assert 0 <= float(answer) <= 1
    assert program.startswith("stand-in XGBoost ")
    with pytest.raises(ClientError, match="Received client error") as failure:
        site.ask("Now", b"no,number")
    assert failure.value.response["Error"]["Code"] == "ModelError"
    found = {row["logical_id"]: row["provenance"] for row in site.aws.report()["resources"] if row["stack"] == "sagemaker"}
    assert found["Now"].startswith("stand-in XGBoost ")
    assert found["Target"] == "stored only"


def test_what_a_container_prints_is_written_by_the_models_role(site: Site) -> None:
    with pytest.raises(ClientError, match="Received client error"):
        site.ask("Now", b"no,number")
    logs, group = site.aws.client("logs"), f"/aws/sagemaker/Endpoints/{site.names['Now']}"
    assert [stream["logStreamName"].split("/")[0] for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]] == [
        "AllTraffic"
    ]
    assert logs.filter_log_events(logGroupName=group)["events"]


def test_callers_need_the_right_for_the_endpoint(site: Site) -> None:
    runtime = raw.as_role(site.aws, site.names["Caller"])("sagemaker-runtime")
    assert runtime.invoke_endpoint(EndpointName=site.names["Now"], Body=ROW, ContentType="text/csv")["Body"].read()
    with pytest.raises(ClientError, match="is not authorized to perform: sagemaker:InvokeEndpoint"):
        runtime.invoke_endpoint(EndpointName=site.names["Many"], Body=ROW, TargetModel="churn.tar.gz")


def test_an_artifact_that_the_role_may_not_read_fails_the_stack(site: Site) -> None:
    resources = {name: site.resources()[name] for name in ("Role", "Churn", "NowConfig", "Now")}
    resources["Role"] = raw.role("sagemaker.amazonaws.com")
    with pytest.raises(raw.DeploymentError, match=r"Failed to download model data .* is not authorized to perform: s3:GetObject"):
        raw.deploy(site.aws, "denied", resources, {})
    assert not [row for row in site.aws.client("sagemaker").list_endpoints()["Endpoints"] if row["EndpointName"].startswith("denied")]


def test_one_of_many_models_is_asked(site: Site) -> None:
    assert site.ask("Many", TargetModel="churn.tar.gz")[0]
    with pytest.raises(ClientError, match="Failed to download model data"):
        site.ask("Many", TargetModel="gone.tar.gz")


def test_an_adapter_answers_in_its_own_way(site: Site) -> None:
    base, _ = site.ask("Shared", CHAT, "application/json", InferenceComponentName=site.names["Base"])
    formal, _ = site.ask("Shared", CHAT, "application/json", InferenceComponentName=site.names["Formal"])
    said = [json.loads(answer)["choices"][0]["message"]["content"] for answer in (base, formal)]
    assert said[1].startswith("Dear customer")
    assert not said[0].startswith("Dear customer")


def test_words_are_streamed(site: Site) -> None:
    body = json.dumps({**json.loads(CHAT), "stream": True}).encode()
    named = {"EndpointName": site.names["Shared"], "InferenceComponentName": site.names["Base"]}
    answer = site.runtime.invoke_endpoint_with_response_stream(**named, Body=body, ContentType="application/json")
    assert len([event["PayloadPart"]["Bytes"] for event in answer["Body"]]) > 3


def test_an_asynchronous_answer_lies_in_the_bucket_and_the_topic_is_told(site: Site) -> None:
    place = site.put("in/now.csv", ROW)
    taken = site.runtime.invoke_endpoint_async(EndpointName=site.names["Later"], InputLocation=place, ContentType="text/csv")
    [message] = raw.messages(site.aws, site.data["Queue"])
    told = json.loads(message["Body"])
    assert (told["invocationStatus"], told["inferenceId"]) == ("Completed", taken["InferenceId"])
    assert site.got(told["responseParameters"]["outputLocation"].partition(f"{site.bucket}/")[2]) == site.ask("Now")[0]


def test_a_state_machine_waits_for_a_transform_job(site: Site) -> None:
    source = {"S3DataType": "S3Prefix", "S3Uri": site.put("batch/a.csv", ROW * 3)}
    job = {
        "TransformJobName": "job",
        "ModelName": site.names["Churn"],
        "TransformInput": {"DataSource": {"S3DataSource": source}, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {"S3OutputPath": f"s3://{site.bucket}/batch-out", "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    run = raw.run_task(site.aws, site.names["States"], "arn:aws:states:::sagemaker:createTransformJob.sync", job)
    assert run["status"] == "SUCCEEDED", run
    assert len(site.got("batch-out/a.csv.out").splitlines()) == 3


def test_cloudwatch_is_told(site: Site) -> None:
    site.ask("Now")
    listed = site.aws.client("cloudwatch").list_metrics
    assert until(lambda: {"Invocations", "ModelLatency"} <= {row["MetricName"] for row in listed(Namespace="AWS/SageMaker")["Metrics"]})


def test_a_changed_configuration_replaces_what_serves_and_the_stack_can_be_deleted(site: Site) -> None:
    resources = {name: site.resources()[name] for name in ("Role", "Churn", "NowConfig", "Now")}
    name = raw.deploy(site.aws, "changing", resources, {"Now": raw.attribute("Now", "EndpointName")})["Now"]
    resources["NowConfig"] = resource("EndpointConfig", ProductionVariants=[{**of("Churn"), "InitialVariantWeight": 2}])
    cloudformation, sagemaker = site.aws.client("cloudformation"), site.aws.client("sagemaker")
    before = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    body = json.dumps({"Resources": resources})
    cloudformation.update_stack(StackName="changing", TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    assert raw.settle(cloudformation, "changing")["StackStatus"] == "UPDATE_COMPLETE"
    assert sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"] != before
    running = len(processes(site.aws.pid))
    assert raw.destroy(site.aws, "changing") == "DELETE_COMPLETE"
    assert len(processes(site.aws.pid)) == running - 1
