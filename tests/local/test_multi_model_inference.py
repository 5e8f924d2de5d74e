"""The deployed multi-model-inference: real API, functions, roles and archives; XGBoost holds the models behind SageMaker's protocol."""

from collections.abc import Iterator

import pytest
from rich.console import Console

from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.multi_model_checks import Demonstration
from blueprints.trying.steps import Steps
from blueprints.trying.tenant_models import models, rows
from blueprints.trying.trial import Session
from tests.local.deployments import deployment

pytestmark = pytest.mark.long
NAME, TENANTS = "multi-model-inference", 70
"""More tenants than models fit into the memory of the sample's instances."""


@pytest.fixture(scope="module")
def shown(embedded_aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with deployment(NAME, embedded_aws, tmp_path_factory.mktemp("outputs")) as outputs:
        found = Demonstration(Session(embedded_aws, outputs, Steps(Console(quiet=True))), models(TENANTS), rows())
        found.run()
        yield found


def test_everything_that_is_demonstrated_is_as_it_should_be(shown: Demonstration) -> None:
    assert {check.name: check.wrong for check in shown.checks if check.wrong} == {}
    assert len(shown.checks) == 8


def test_every_tenant_is_answered(shown: Demonstration) -> None:
    assert [reply.status for _, reply in shown.replies] == [200] * TENANTS


def test_models_are_unloaded_for_others(shown: Demonstration) -> None:
    assert shown.told["LoadedModelCount"] < TENANTS
    assert shown.told["ModelUnloadingTime"] >= shown.told["ModelLoadingTime"] - shown.told["LoadedModelCount"] > 0
