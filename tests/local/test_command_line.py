"""The real CDK command line deploys to the embedded AWS, changes what it deployed, and takes it away again."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from blueprints.local.cdk import CdkCli, CdkError, Leftover
from blueprints.local.embedded import EmbeddedAws

# Writes a cloud assembly by hand: what is tried here is the command line, not synthesis.
APP = """
import json, os, pathlib, sys
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True, exist_ok=True)
(out / "small.template.json").write_text(pathlib.Path("template.json").read_text())
stack = {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
         "properties": {"templateFile": "small.template.json", "validateOnSynth": False}, "displayName": "small"}
(out / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": {"small": stack}}))
"""
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "DeletionPolicy": "Retain",
    "Properties": {
        "TableName": "kept",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    },
}


def template(queue: dict[str, Any]) -> str:
    resources = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": queue}, "Table": {**TABLE, "DependsOn": "Queue"}}
    return json.dumps({"Resources": resources, "Outputs": {"Url": {"Value": {"Ref": "Queue"}}}})


@pytest.fixture
def cli(embedded_aws: EmbeddedAws, tmp_path: Path) -> CdkCli:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "cdk.json").write_text(json.dumps({"app": f"{sys.executable} app.py"}))
    return CdkCli(embedded_aws, directory=tmp_path)


@pytest.mark.long
def test_a_failure_names_the_resource_and_the_reason(cli: CdkCli, tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text(template({"DelaySeconds": 99999}))
    cli.bootstrap()
    with pytest.raises(CdkError, match=r"small/Queue \(AWS::SQS::Queue\): Properties validation failed[\s\S]*#/DelaySeconds"):
        cli.deploy(["small"])


@pytest.mark.long
def test_a_stack_is_deployed_and_destroyed(embedded_aws: EmbeddedAws, cli: CdkCli, tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text(template({"DelaySeconds": 9}))
    cli.bootstrap()
    cli.deploy(["small"], tmp_path / "outputs.json")
    url = json.loads((tmp_path / "outputs.json").read_text())["small"]["Url"]
    found = embedded_aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])
    assert found["Attributes"] == {"DelaySeconds": "9"}
    cli.destroy(["small"])
    left = [found for found in cli.leftovers() if found.name == "kept"]
    assert left == [Leftover("AWS::DynamoDB::Table", "kept", "kept by its deletion policy")]
