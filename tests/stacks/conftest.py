"""What the tests of the stacks share: an app with the project's feature flags."""

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest

NewApp = Callable[[], cdk.App]


@pytest.fixture(scope="session")
def new_app(tmp_path_factory: pytest.TempPathFactory, feature_flags: Mapping[str, Any]) -> NewApp:
    context = {**feature_flags, "@aws-cdk/core:failSynthOnValidationErrors": False}

    def make() -> cdk.App:
        return cdk.App(outdir=str(tmp_path_factory.mktemp("cdk.out")), context=context, analytics_reporting=False)

    return make


@pytest.fixture
def app(new_app: NewApp) -> cdk.App:
    return new_app()
