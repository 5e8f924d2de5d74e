"""Deployed real-time-inference and serverless-inference: real API, function, role and framework; SageMaker's hosts are stand-ins."""

from pathlib import Path

import pytest
from rich.console import Console

from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.prediction_checks import Demonstration
from blueprints.trying.prediction_trial import SAMPLES
from blueprints.trying.real_time_inference import RealTime
from blueprints.trying.serverless_inference import Serverless
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session
from tests.local.deployments import deployment

pytestmark = pytest.mark.long


@pytest.mark.parametrize("shown", [RealTime, Serverless])
def test_everything_that_is_demonstrated_is_as_it_should_be(embedded_aws: EmbeddedAws, tmp_path: Path, shown: type[Demonstration]) -> None:
    with deployment(shown.stack, embedded_aws, tmp_path) as outputs:
        inputs = {path.name: path for path in (SAMPLES / shown.stack).iterdir()}
        demonstration = shown(Session(embedded_aws, outputs, Steps(Console(quiet=True))), inputs)
        demonstration.run()
    assert {check.name: check.wrong for check in demonstration.checks if check.wrong} == {}
    assert len(demonstration.checks) == len(demonstration.steps)
