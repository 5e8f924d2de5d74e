"""Many models in one container: loaded when they are asked, unloaded when memory is needed."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from benchmarks import requests
from benchmarks.requests import Ask, Row
from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.answers import bearer
from blueprints.trying.members import Members
from blueprints.trying.predictions import Predictions
from blueprints.trying.reviews import reachable
from blueprints.trying.tenant_models import CONTENT_TYPE, TenantModel, models, rows

TENANT = "benchmark"
TOLD = {"Fetched": "ModelDownloadingTime", "Loaded": "ModelLoadingTime", "Unloaded": "ModelUnloadingTime"}
"""The metrics that have one value for each time something happened."""
ASKED = "ModelCacheHit"
METRICS_SECONDS = 30
HEADER = ("Models asked", *requests.HEADER, *TOLD, "How they ended")


@dataclass(frozen=True)
class Endpoint:
    """A deployed endpoint of many models.

    Args:
        aws: Where it is deployed.
        outputs: The outputs of its stack.
    """

    aws: EmbeddedAws
    outputs: Mapping[str, str]

    def store(self, made: Sequence[TenantModel]) -> None:
        """Uploads models, each with a number for a name."""
        s3 = self.aws.client("s3")
        for number, model in enumerate(made):
            key = f"{self.outputs['ModelsPrefix']}{TENANT}/{_name(number)}.tar.gz"
            s3.put_object(Bucket=self.outputs["ModelsBucketName"], Key=key, Body=model.archive())

    def asks(self, count: int) -> list[Ask]:
        """Returns how each model is asked, as a user of the tenant asks."""
        callers = Predictions(bearer(Members(self.aws, self.outputs["UserPoolId"]).token(TENANT)))
        url = reachable(self.aws.endpoint_url, self.outputs["PredictionsUrl"]).replace("%7B", "{").replace("%7D", "}")
        body = rows().encode()

        def ask(number: int) -> str:
            headers = {"Accept": CONTENT_TYPE}
            return f"HTTP {callers.ask(url.replace('{model}', _name(number)), body, CONTENT_TYPE, headers).status}"

        return [partial(ask, number) for number in range(count)]

    def told(self, asked: int) -> dict[str, int]:
        """Returns how often something happened so far, once SageMaker has told of so many requests or some time is up."""
        deadline = time.monotonic() + METRICS_SECONDS
        while self._samples(ASKED) < asked and time.monotonic() < deadline:
            time.sleep(0.5)
        return {name: self._samples(metric) for name, metric in TOLD.items()}

    def _samples(self, metric: str) -> int:
        now = datetime.now(UTC)
        named = {"EndpointName": self.outputs["EndpointName"], "VariantName": "AllTraffic"}
        found: Any = self.aws.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in named.items()],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=7200,
            Statistics=["SampleCount"],
        )
        return int(sum(point["SampleCount"] for point in found["Datapoints"]))


def turns(aws: EmbeddedAws, outputs: Mapping[str, str], count: int) -> list[Row]:
    """Asks ``count`` models in three turns, and returns a row for each."""
    endpoint = Endpoint(aws, outputs)
    endpoint.store(models(count))
    asks = endpoint.asks(count)
    named = {"each, for the first time": asks, "each, in the same order again": asks, "the last one only": asks[-1:] * count}
    return turns_of(endpoint, named)


def turns_of(endpoint: Endpoint, turns: Mapping[str, Sequence[Ask]]) -> list[Row]:
    """Sends the requests of each turn, after one to warm up, and returns a row for each."""
    first = next(iter(turns.values()))
    first[0]()
    asked, made = 1, []
    before = endpoint.told(asked)
    for name, asks in turns.items():
        sent = requests.send_each(asks)
        asked += len(asks)
        after = endpoint.told(asked)
        made.append((name, *sent.cells(), *(after[what] - before[what] for what in TOLD), sent.endings()))
        before = after
    return made


def _name(number: int) -> str:
    return f"m{number:03}"
