"""What the tests of the constructs share: an app with the project's feature flags, and the findings of the rule packs."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.testing import rule_findings, template_snapshot

__all__ = ["template_snapshot"]

# Read by Node when it starts: leaves out CloudFormation's own validation, which costs most of a second and isn't asked for here.
os.environ["CDK_VALIDATION"] = "false"


@pytest.fixture
def app(tmp_path: Path, feature_flags: Mapping[str, Any]) -> cdk.App:
    context = {**feature_flags, "@aws-cdk/core:failSynthOnValidationErrors": False}
    return cdk.App(outdir=str(tmp_path / "cdk.out"), context=context, analytics_reporting=False)


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    return cdk.Stack(app, "Stack")


@pytest.fixture
def key(stack: cdk.Stack) -> DataKey:
    return DataKey(stack, "Key")


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    """A folder with two handler packages and one that they share."""
    files = {
        "echo_event/__init__.py": '"""Answers with what it gets."""\n',
        "echo_event/handler.py": "def handler(event, context):\n    return event\n",
        "count_words/__init__.py": '"""Counts."""\n',
        "count_words/handler.py": "def handler(event, context):\n    return len(event)\n",
        "texts/__init__.py": '"""Shared."""\n',
        "notes/read.txt": "no package\n",
    }
    for name, text in files.items():
        path = tmp_path / "lambda" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "lambda"


@pytest.fixture
def defaults(key: DataKey, handlers: Path) -> HandlerDefaults:
    return HandlerDefaults(key=key, sources=handlers)


@pytest.fixture
def template(stack: cdk.Stack) -> Callable[[], Template]:
    """Synthesises the stack; call it when everything is defined."""
    return lambda: Template.from_stack(stack)


@pytest.fixture
def findings(app: cdk.App) -> Callable[[], dict[str, list[str]]]:
    """Synthesises the app with all rule packs and returns what nobody acknowledged; call it when everything is defined."""
    return lambda: rule_findings(app)
