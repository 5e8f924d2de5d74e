from collections.abc import Callable

import pytest

Calls = Callable[..., dict[str, dict[str, str]]]
HEAD = "import boto3, os\ns3 = boto3.client('s3')\n"
EXPRESSIONS = {
    "text": "'b'",
    "format": "f'{chr(98)}-x'",
    "sum": "'b' + '-x'",
    "item": "{'x': 'b'}['x']",
    "item by an unknown key": "{'x': 'b'}[event]",
    "get": "{'x': 'b'}.get(event)",
    "get with a default": "{'x': 'b'}.get('x', None)",
    "values": "[name for name in {'x': 'b'}.values()][0]",
    "items": "[name for key, name in {'x': 'b'}.items()][0]",
    "merged": "({'y': 'c'} | {'x': 'b'})['x']",
    "nested": "{**{'x': 'b'}}['x']",
    "condition": "'b' if event else None",
    "or": "None or 'b'",
    "list": "['b'][0]",
    "comprehension": "[name for name in ('b',)][0]",
    "dictionary comprehension": "{key: 'b' for key in ('x',)}['x']",
    "walrus": "(name := 'b')",
    "lambda": "(lambda: 'b')()",
    "environment": "os.environ['BUCKET']",
    "environment by function": "os.getenv('BUCKET')",
}
VALUES = {"format": "{unknown}-x", "sum": "b-x"}


@pytest.mark.parametrize(("name", "expression"), EXPRESSIONS.items(), ids=EXPRESSIONS)
def test_every_kind_of_expression_is_told(calls: Calls, name: str, expression: str) -> None:
    found = calls(f"{HEAD}def handler(event, context):\n    s3.head_bucket(Bucket={expression})", variables={"BUCKET": "b"})
    assert found["s3.head_bucket"] == {"Bucket": VALUES.get(name, "b")}


@pytest.mark.parametrize("expression", ["event", "event['bucket']", "event.bucket", "str(event)", "'b' if event else event", "'a' < 'b'"])
def test_what_comes_from_the_event_is_unknown(calls: Calls, expression: str) -> None:
    found = calls(f"{HEAD}def handler(event, context):\n    s3.head_bucket(Bucket={expression})")
    assert found["s3.head_bucket"] == {"Bucket": "{unknown}"}


def test_the_fields_of_a_model_are_the_variables_of_the_same_name(calls: Calls) -> None:
    source = """
        from dataclasses import dataclass
        import boto3

        @dataclass(frozen=True)
        class Settings:
            bucket: str
            topic: str = ""

        def read(model):
            values = {}
            for name in dir(model):
                values[name] = name
            return model(**values)

        def handler(event, context):
            settings = read(Settings)
            boto3.client("s3").head_bucket(Bucket=settings.bucket)
            boto3.client("sns").publish(TopicArn=settings.topic)
    """
    assert calls(source, variables={"BUCKET": "b"}) == {"s3.head_bucket": {"Bucket": "b"}, "sns.publish": {"TopicArn": ""}}


def test_objects_remember_what_they_were_made_with(calls: Calls) -> None:
    source = """
        import boto3

        class Base:
            @property
            def bucket(self):
                return self.name + "-x"

        class Store(Base):
            def __init__(self, name):
                self.client = boto3.client("s3")
                self.name = name

            @classmethod
            def default(cls):
                return cls("b")

            @staticmethod
            def key():
                return "k"

            def put(self):
                self.client.put_object(Bucket=self.bucket, Key=self.key())

        def handler(event, context):
            Store.default().put()
    """
    assert calls(source) == {"s3.put_object": {"Bucket": "b-x", "Key": "k"}}
