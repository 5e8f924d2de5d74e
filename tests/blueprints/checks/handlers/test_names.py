from collections.abc import Callable
from typing import Any

Calls = Callable[..., dict[str, dict[str, str]]]


def test_names_are_followed_through_modules_and_packages(calls: Calls) -> None:
    found = calls(
        """
        import shared
        from shared.clients import s3, BUCKET as bucket

        def handler(event, context):
            s3().put_object(Bucket=bucket, Key=shared.KEY)
        """,
        shared="KEY = 'k'",
        shared__clients="import boto3\nBUCKET = 'b'\ndef s3():\n    return boto3.client('s3')",
    )
    assert found == {"s3.put_object": {"Bucket": "b", "Key": "k"}}


def test_a_local_name_hides_the_name_of_the_module(calls: Calls) -> None:
    source = """
        import boto3
        name = "outer"

        def handler(event, context):
            name = "inner"
            boto3.client("s3").head_bucket(Bucket=name)
    """
    assert calls(source)["s3.head_bucket"] == {"Bucket": "inner"}


def test_constants_that_refer_to_each_other_end(calls: Calls) -> None:
    source = "A = B\nB = A\nimport boto3\ndef handler(event, context):\n    boto3.client('sns').publish(TopicArn=A)"
    assert calls(source)["sns.publish"] == {"TopicArn": "{unknown}"}


def test_what_a_module_does_when_it_is_imported_counts(calls: Calls) -> None:
    assert calls("import boto3\nboto3.client('sts').get_caller_identity()\ndef handler(event, context): ...") == {
        "sts.get_caller_identity": {}
    }


def test_functions_that_a_router_keeps_are_followed(calls: Calls) -> None:
    source = """
        import boto3
        from router import Router
        api = Router()

        def handler(event, context):
            return api.resolve(event)

        @api.get("/things")
        def things():
            return boto3.client("dynamodb").scan(TableName="t")
    """
    assert calls(source)["dynamodb.scan"] == {"TableName": "t"}


def test_functions_that_are_never_called_do_not_count(calls: Calls) -> None:
    other: dict[str, Any] = calls("import boto3\ndef handler(event, context): ...\ndef unused():\n    boto3.client('s3').list_buckets()")
    assert other == {}
