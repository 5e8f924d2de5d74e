"""Predictions from real-time-inference and multi-model-inference, deployed to the embedded AWS, beside the container alone."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from botocore.credentials import Credentials

from benchmarks import deployments, many_models, requests
from benchmarks.processes import ROOT
from benchmarks.requests import Ask, Row
from blueprints.docs import markdown
from blueprints.local.embedded import EmbeddedAws
from blueprints.local.sagemaker.containers import Container, program
from blueprints.trying.answers import signed
from blueprints.trying.predictions import Predictions, Reply
from blueprints.trying.reviews import reachable
from blueprints.trying.trial import settings_file
from stacks.catalogue import CATALOGUE

NAME, MANY = "real-time-inference", "multi-model-inference"
LIMITS = {"requests_per_second": 10_000, "burst": 5000}
SETTINGS: Mapping[str, Any] = {
    "network": "none",
    "rules": False,
    "deployments": {NAME: {"data_on_removal": "destroy", "callers": {"limits": LIMITS}}},
}
FRAMEWORK, MODEL = "xgboost", ROOT / "samples" / "models" / "churn"
ROWS = ROOT / "samples" / NAME / "customers.csv"
CONTENT_TYPE = "text/csv"
REQUESTS, ASKERS, MODELS = 400, (1, 4), 100
FLOOR = "container alone, on loopback"
NOTE = """Deployed with the CDK command line, bootstrap included: real-time-inference in {one:.0f} s with default settings, but without a
network and with the highest limits of its API; multi-model-inference in {many:.0f} s with the settings of its trial. Cold starts
are left out: some requests come first.

What answers is the real framework: {program}. The instances, SageMaker's own
network, the load balancing, the scaling and the bill are not here. Those who ask, the function, the API, IAM, the stand-in of
SageMaker and the container share this machine. The figures compare one state of this collection with another; they foretell
nothing of an account.
"""
ASKED = """{requests} requests each, all of the same {rows} rows of CSV for the sample model. Every asker waits for an answer before
the next request; percentiles are by nearest rank, and the ratio is that of p50 to the p50 of the container alone with as many askers.
“InvokeEndpoint” is asked by boto3 with an administrator's rights; “API” is API Gateway, signed for IAM, and the function in front.
"""
HELD = """{models} models of one tenant behind multi-model-inference's API, asked one after another by one asker, a user of the pool.
Where an instance's memory holds fewer of them, the one that was not asked for longest makes room. “Fetched”, “loaded” and “unloaded”
are what SageMaker's metrics tell of each turn; the first model was asked before, to warm up.
"""


def measure(count: int = REQUESTS, models: int = MODELS) -> str:
    """Returns the tables of requests by the second, and of many models in one container."""
    with tempfile.TemporaryDirectory() as name, EmbeddedAws(home=Path(name)) as aws:
        outputs, one = deployments.deploy(aws, Path(name), NAME, SETTINGS)
        with Container(FRAMEWORK, MODEL) as container:
            asked = list(rates({FLOOR: alone(container), **deployed(aws, outputs)}, count))
        outputs, many = deployments.deploy(aws, Path(name), MANY, settings_of_many())
        held = many_models.turns(aws, outputs, models)
    return "\n".join(
        [
            NOTE.format(one=one, many=many, program=program(FRAMEWORK)),
            ASKED.format(requests=count, rows=len(ROWS.read_text(encoding="utf-8").split())),
            markdown.table(("Asked", "Askers", *requests.HEADER, "Ratio of p50", "How they ended"), asked),
            HELD.format(models=models),
            markdown.table(many_models.HEADER, held),
        ]
    )


def settings_of_many() -> dict[str, Any]:
    """Returns the settings of the trial of many models."""
    found: dict[str, Any] = yaml.safe_load(settings_file(CATALOGUE[MANY]).read_text(encoding="utf-8"))
    return found


def alone(container: Container) -> Ask:
    """Returns how the container is asked with nothing before it."""
    body = ROWS.read_bytes()
    return lambda: f"HTTP {container.invoke(body, CONTENT_TYPE, CONTENT_TYPE).status}"


def deployed(aws: EmbeddedAws, outputs: Mapping[str, str]) -> dict[str, Ask]:
    """Returns how the endpoint is asked, and how the API in front of it is."""
    runtime, body = aws.client("sagemaker-runtime"), ROWS.read_bytes()
    known = aws.environment
    credentials = Credentials(known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"])
    callers = Predictions(signed(credentials, known["AWS_DEFAULT_REGION"]))
    url = reachable(aws.endpoint_url, outputs["PredictionsUrl"])

    def endpoint() -> str:
        sent = runtime.invoke_endpoint(EndpointName=outputs["EndpointName"], ContentType=CONTENT_TYPE, Accept=CONTENT_TYPE, Body=body)
        sent["Body"].read()
        return f"HTTP {sent['ResponseMetadata']['HTTPStatusCode']}"

    def api() -> str:
        reply: Reply = callers.ask(url, body, CONTENT_TYPE, {"Accept": CONTENT_TYPE})
        return f"HTTP {reply.status}"

    return {"endpoint, by InvokeEndpoint": endpoint, "API, function and endpoint": api}


def rates(asks: Mapping[str, Ask], count: int) -> Iterator[Row]:
    """Asks each by so many at once as ``ASKERS`` says, the floor first, and yields a row for each time."""
    floors: dict[int, float] = {}
    for name, ask in asks.items():
        requests.send(ask, 2 * max(ASKERS), max(ASKERS))
        for askers in ASKERS:
            sent = requests.send(ask, count, askers)
            middle = sent.percentile(50)
            floor = floors.setdefault(askers, middle)
            yield name, askers, *sent.cells(), f"{middle / floor:.1f}" if floor else "", sent.endings()
