from collections.abc import Callable
from pathlib import Path

from blueprints.checks.handlers.code import Code

SOURCE = """
    import json
    import os.path
    import boto3 as sdk
    from shared.names import first as one

    LIMIT: int = 3
    TABLE = {"a": "b"}

    class Store:
        pass

    def handler(event, context):
        from shared import late
"""


def test_a_module_is_read_with_its_names(write: Callable[..., Path]) -> None:
    module = Code(write(work__handler=SOURCE)).module("work.handler")
    assert module is not None
    assert set(module.definitions) == {"Store", "handler"}
    assert set(module.constants) == {"LIMIT", "TABLE"}
    assert module.imports == {
        "json": ("json", None),
        "os": ("os", None),
        "sdk": ("boto3", None),
        "one": ("shared.names", "first"),
        "late": ("shared", "late"),
    }


def test_a_package_is_read_from_its_init_file(write: Callable[..., Path]) -> None:
    module = Code(write(work__handler="")).module("work")
    assert module is not None
    assert module.path.name == "__init__.py"


def test_what_is_not_below_the_root_is_somebody_elses(write: Callable[..., Path]) -> None:
    assert Code(write(work__handler="")).module("json") is None
