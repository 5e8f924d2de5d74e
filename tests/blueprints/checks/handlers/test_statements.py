from collections.abc import Callable

import pytest

Calls = Callable[..., dict[str, dict[str, str]]]
HEAD = "import boto3\ns3 = boto3.client('s3')\ndef handler(event, context):\n"
STATEMENTS = {
    "if": "if event:\n    pass\nelse:\n    s3.head_bucket(Bucket='b')",
    "for": "for name in ('b',):\n    s3.head_bucket(Bucket=name)",
    "for items": "for key, name in (('x', 'b'),):\n    s3.head_bucket(Bucket=name)",
    "while": "while event:\n    s3.head_bucket(Bucket='b')",
    "try": "try:\n    pass\nexcept KeyError:\n    s3.head_bucket(Bucket='b')",
    "finally": "try:\n    pass\nfinally:\n    s3.head_bucket(Bucket='b')",
    "with": "with open(s3.head_bucket(Bucket='b')) as file:\n    pass",
    "in with": "with event:\n    s3.head_bucket(Bucket='b')",
    "match": "match event:\n    case {}:\n        s3.head_bucket(Bucket='b')",
    "assert": "assert s3.head_bucket(Bucket='b')",
    "raise": "raise KeyError(s3.head_bucket(Bucket='b'))",
    "assigned": "name = 'b'\ns3.head_bucket(Bucket=name)",
    "annotated": "name: str = 'b'\ns3.head_bucket(Bucket=name)",
    "unpacked": "_, name = 'a', 'b'\ns3.head_bucket(Bucket=name)",
    "inner function": "def inner():\n    return s3.head_bucket(Bucket='b')\ninner()",
    "item": "names = {}\nnames['x'] = 'b'\ns3.head_bucket(Bucket=names['x'])",
    "generator": "def names():\n    yield 'b'\nfor name in names():\n    s3.head_bucket(Bucket=name)",
    "generator of a generator": "def names():\n    yield from ('b',)\nfor name in names():\n    s3.head_bucket(Bucket=name)",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_every_kind_of_statement_is_followed(calls: Calls, statement: str) -> None:
    body = "".join(f"    {line}\n" for line in statement.splitlines())
    assert calls(HEAD + body)["s3.head_bucket"] == {"Bucket": "b"}


def test_a_name_that_may_be_something_else_is_unknown_as_well(calls: Calls) -> None:
    body = "    name = event['bucket']\n    if not name:\n        name = 'b'\n    s3.head_bucket(Bucket=name)\n"
    assert calls(HEAD + body)["s3.head_bucket"] == {"Bucket": "{unknown}"}


def test_a_placeholder_of_none_does_not_make_a_name_unknown(calls: Calls) -> None:
    body = "    name = None\n    if event:\n        name = 'b'\n    s3.head_bucket(Bucket=name)\n"
    assert calls(HEAD + body)["s3.head_bucket"] == {"Bucket": "b"}
