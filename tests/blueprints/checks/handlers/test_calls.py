from collections.abc import Callable
from pathlib import Path

import pytest

from blueprints.checks.handlers.calls import api_calls

Calls = Callable[..., dict[str, dict[str, str]]]
HEAD = "import boto3, functools\n"


def handler(*lines: str) -> str:
    return HEAD + "def handler(event, context):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("boto3.client('s3').head_bucket(Bucket='b')", {"s3.head_bucket": {"Bucket": "b"}}),
        ("boto3.client('s3').head_bucket(**{'Bucket': 'b'})", {"s3.head_bucket": {"Bucket": "b"}}),
        ("boto3.session.Session().client('sqs')", {}),
        ("getattr(boto3.client('textract'), {'a': 'analyze_id'}[event])()", {"textract.analyze_id": {}}),
        ("boto3.client('s3').get_paginator('list_objects_v2').paginate(Bucket='b')", {"s3.list_objects_v2": {"Bucket": "b"}}),
        ("boto3.resource('dynamodb').Table('t').put_item(Item={})", {"dynamodb.put_item": {"TableName": "t"}}),
        ("boto3.client('s3').upload_fileobj(event, 'b', 'k')", {"s3.upload_fileobj": {"Bucket": "b", "Key": "k"}}),
        ("functools.partial(boto3.client('s3').head_bucket, Bucket='b')()", {"s3.head_bucket": {}}),
        ("map(boto3.client('s3').head_bucket, event)", {"s3.head_bucket": {}}),
        ("boto3.client('s3').can_paginate('x')", {}),
    ],
)
def test_every_way_to_call_a_client_is_found(calls: Calls, line: str, called: dict[str, dict[str, str]]) -> None:
    assert calls(handler(line)) == called


def test_nested_parameters_are_named_by_their_path(calls: Calls) -> None:
    source = handler(
        "c = boto3.client('s3')",
        "c.copy_object(Bucket='b', Key='k', CopySource={'Bucket': 'from', 'Key': 'x'})",
        "c.delete_objects(Bucket='b', Delete={'Objects': [{'Key': 'k', 'VersionId': 'v'}]})",
    )
    found = calls(source)
    assert found["s3.copy_object"] == {"Bucket": "b", "Key": "k", "CopySource.Bucket": "from", "CopySource.Key": "x"}
    assert found["s3.delete_objects"] == {"Bucket": "b", "Delete.Objects.VersionId": "v"}


def test_all_values_that_a_parameter_may_have_are_found(write: Callable[..., Path]) -> None:
    source = handler("for name in ('a', 'b'):", "    boto3.client('s3').head_bucket(Bucket=name)")
    found = api_calls(write(work__handler=source), "work", {})
    assert {call.parameters for call in found} == {(("Bucket", "a"),), (("Bucket", "b"),)}


def test_arguments_are_followed_into_functions_and_their_defaults(calls: Calls) -> None:
    source = handler("put('b')") + "def put(bucket, *, key='k', client=None):\n    boto3.client('s3').put_object(Bucket=bucket, Key=key)\n"
    assert calls(source)["s3.put_object"] == {"Bucket": "b", "Key": "k"}


def test_arguments_that_are_passed_on_are_followed(calls: Calls) -> None:
    source = handler("guarded(guarded, put, 'b', 'k')")
    source += "def guarded(function, *arguments):\n    return function(*arguments)\n"
    source += "def put(bucket, key):\n    boto3.client('s3').put_object(Bucket=bucket, Key=key)\n"
    assert calls(source) == {"s3.put_object": {"Bucket": "b", "Key": "k"}}


def test_functions_that_are_handed_over_are_followed(calls: Calls) -> None:
    source = "import boto3\nfrom batches import process\n"
    source += "def one(record):\n    boto3.client('sqs').send_message(QueueUrl='q')\n"
    source += "def handler(event, context):\n    process(record_handler=one)\n"
    assert calls(source)["sqs.send_message"] == {"QueueUrl": "q"}


def test_decorators_are_followed(calls: Calls) -> None:
    source = """
        import boto3

        def task(function):
            def wrapped(*arguments):
                boto3.client("sns").publish(TopicArn="t")
                return function(*arguments)
            return wrapped

        @task
        def handler(event, context):
            boto3.client("s3").head_bucket(Bucket="b")
    """
    assert calls(source) == {"s3.head_bucket": {"Bucket": "b"}, "sns.publish": {"TopicArn": "t"}}


def test_a_function_that_calls_itself_ends(calls: Calls) -> None:
    source = handler("again([event])") + "def again(items):\n    boto3.client('s3').list_buckets()\n    again([items])\n"
    assert calls(source) == {"s3.list_buckets": {}}


def test_what_is_known_of_an_event_is_followed(write: Callable[..., Path]) -> None:
    root = write(work__handler=handler("boto3.client('s3').head_bucket(Bucket=event['detail']['bucket'])"))
    (call,) = api_calls(root, "work", {}, {"detail": {"bucket": "b", "size": 1}})
    assert call.parameters == (("Bucket", "b"),)


def test_the_line_of_a_call_is_told(write: Callable[..., Path]) -> None:
    (call,) = api_calls(write(work__handler=handler("boto3.client('s3').list_buckets()")), "work", {})
    assert call.place == "work/handler.py:3"


def test_a_package_without_a_handler_is_an_error(write: Callable[..., Path]) -> None:
    with pytest.raises(ValueError, match=r"work has no function handler in handler\.py"):
        api_calls(write(work__handler="def handle(): ..."), "work", {})
