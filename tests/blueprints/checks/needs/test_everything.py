from pathlib import Path

from blueprints.checks.deployed import Account
from blueprints.checks.needs.everything import all_needs
from blueprints.checks.needs.facts import Facts


def test_every_kind_of_need_is_collected_once(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "handler.py").write_text(
        "import boto3, os\ndef handler(event, context):\n    boto3.client('sqs').send_message(QueueUrl=os.environ['QUEUE'])\n"
        "    boto3.client('sqs').send_message_batch(QueueUrl=os.environ['QUEUE'])\n"
    )
    function = {"Role": "arn:role", "Handler": "work.handler.handler", "Environment": {"Variables": {"QUEUE": {"Ref": "Queue"}}}}
    machine = {"RoleArn": "arn:machine", "DefinitionString": '{"States": {}}', "TracingConfiguration": {"Enabled": True}}
    resources = {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": {"Ref": "Key"}}},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Arn": {"Fn::GetAtt": ["Queue", "Arn"]}}]}},
    }
    found = all_needs(Account({"s": {"Resources": resources}}), tmp_path, Facts())
    assert len(found) == len(set(found))
    assert {(need.principal, need.action) for need in found} >= {
        ("arn:role", "sqs:SendMessage"),
        ("arn:role", "kms:GenerateDataKey"),
        ("arn:role", "logs:PutLogEvents"),
        ("arn:machine", "xray:PutTraceSegments"),
        ("events.amazonaws.com", "sqs:SendMessage"),
        ("events.amazonaws.com", "kms:Decrypt"),
    }
