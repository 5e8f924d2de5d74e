"""Simulates a blueprint, or any template, from start to end."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from blueprints.console import FAILED, OK, fail, out, print_json
from blueprints.cost.prices import UnknownPriceError, prices
from blueprints.simulating.capacity import StartUp
from blueprints.simulating.fleets import Fleet, Kind, TargetTracking
from blueprints.simulating.published import (
    CONCURRENT_PER_COPY,
    CONCURRENT_PER_MODEL,
    INVOCATIONS_PER_COPY,
    INVOCATIONS_PER_INSTANCE,
    findings,
    measured,
)
from blueprints.simulating.serving import Pace
from blueprints.simulating.simulation import simulate
from blueprints.simulating.traffic import Traffic, traffic
from blueprints.simulating.verdicts import verdict
from stacks.catalogue import Entry

PEAK_SHARE = 0.75
REST_MINUTES = 60
USED_AT_TARGET = 0.7
"""The share of an instance's capacity that a target is assumed to stand for, as long as nobody measured."""
CONCURRENT = (CONCURRENT_PER_COPY, CONCURRENT_PER_MODEL)
INVOKED = (INVOCATIONS_PER_COPY, INVOCATIONS_PER_INSTANCE)
DEFAULT_REGION = "us-east-1"
SERVERLESS_PRICE = "the price of a gigabyte-second isn't in the table"
PACES: Mapping[Kind, Pace] = {
    "real-time": Pace(service_seconds=0.1, parallel=4),
    "asynchronous": Pace(service_seconds=20, parallel=4),
    "serverless": Pace(service_seconds=0.5, parallel=1),
    "inference-component": Pace(service_seconds=5, parallel=8),
}
"""What is assumed of a model that nobody has measured yet."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is simulated.

    Args:
        traffic: A pattern or a file.
        peak: Requests a minute at most; three quarters of what the most capacity serves when left out.
        service_seconds: What one request takes; assumed by kind when left out.
        parallel: Requests that one instance or copy works on at once; when left out, the template's, or a third and more above its target,
            or assumed by kind.
        start_up: How long new capacity takes.
        region: Whose prices count; that of the settings, or us-east-1, when left out.
    """

    traffic: str
    peak: float | None = None
    service_seconds: float | None = None
    parallel: float | None = None
    start_up: StartUp
    region: str | None = None

    @property
    def priced_in(self) -> str:
        """The region whose prices count."""
        return self.region or DEFAULT_REGION


def run_blueprint(entry: Entry, settings: Path, question: Question, *, as_json: bool) -> int:
    """Simulates the deployments of a blueprint in a settings file; returns the exit code."""
    templates, region = templates_of(entry, settings)
    return run_templates(templates, replace(question, region=question.region or region), as_json=as_json)


def run_templates(templates: Mapping[str, Mapping[str, Any]], question: Question, *, as_json: bool) -> int:
    """Simulates what templates define; returns the exit code."""
    from blueprints.checks.deployed import Account
    from blueprints.simulating.templates import fleets

    try:
        found = fleets(Account(templates, question.priced_in))
        told = tell(found, question)
    except (KeyError, ValueError) as error:
        fail(str(error))
    if not told:
        fail("there is no endpoint in the template: nothing that could be scaled")
    from blueprints.simulating.report import document, print_told

    if as_json:
        print_json({"traffic": question.traffic, "start_up": asdict(question.start_up), "fleets": [document(each) for each in told]})
    else:
        for each in told:
            print_told(each, question.start_up, out)
    return OK if all(each.good for each in told) else FAILED


def tell(found: Sequence[Fleet], question: Question) -> list[Any]:
    """Simulates fleets and judges them."""
    from blueprints.simulating.report import Told

    paces = [_pace(fleet, question) for fleet in found]
    coming = [_traffic(fleet, pace, question) for fleet, pace in zip(found, paces, strict=True)]
    runs = simulate(found, paces, coming, question.start_up, rest=REST_MINUTES) if found else []
    told = []
    for run in runs:
        usd, price = _price(run.fleet, question.priced_in)
        told.append(Told(run=run, verdict=verdict(run), findings=findings(run.fleet), usd_an_hour=usd, price=price))
    return told


def _pace(fleet: Fleet, question: Question) -> Pace:
    assumed = PACES[fleet.kind]
    seconds = assumed.service_seconds if question.service_seconds is None else question.service_seconds
    declared = fleet.parallel if fleet.kind == "asynchronous" else _parallel_at_target(fleet, seconds)
    parallel = assumed.parallel if declared is None else declared
    return Pace(service_seconds=seconds, parallel=parallel if question.parallel is None else question.parallel)


def _parallel_at_target(fleet: Fleet, service_seconds: float) -> float | None:
    """What an instance or copy works on at once, if its target is chosen so that some of it is left."""
    for policy in fleet.policies:
        if isinstance(policy, TargetTracking):
            if measured(policy.metric) in CONCURRENT:
                return policy.target / USED_AT_TARGET
            if measured(policy.metric) in INVOKED:
                return policy.target / 60 * service_seconds / USED_AT_TARGET
    return None


def _traffic(fleet: Fleet, pace: Pace, question: Question) -> Traffic:
    most = (fleet.parallel or 1) if fleet.kind == "serverless" else fleet.maximum
    peak = PEAK_SHARE * most * pace.per_second * 60 if question.peak is None else question.peak
    return traffic(question.traffic, peak=peak, falls_silent=fleet.minimum == 0)


def _price(fleet: Fleet, region: str) -> tuple[float | None, str]:
    if fleet.instance_type is None:
        return None, SERVERLESS_PRICE
    try:
        price = prices().of_instance(fleet.instance_type, region)
    except UnknownPriceError as error:
        return None, str(error)
    return price.usd, f"{price.usd:g} USD an hour in {region}, {prices().as_of}, {price.source}"


def templates_of(entry: Entry, settings: Path) -> tuple[dict[str, dict[str, Any]], str | None]:
    """Synthesises the deployments of a blueprint in a settings file; returns the templates, and the region that the file names."""
    import aws_cdk as cdk

    from app import compose
    from blueprints.showing import ROOT
    from stacks.settings import SettingsError, load

    flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    try:
        read = load(settings)
    except SettingsError as error:
        fail(str(error))
    names = [deployment.name for deployment in read.deployments if deployment.entry.name == entry.name]
    if not names:
        fail(f"{settings} must have a deployment of {entry.name}, got none")
    with tempfile.TemporaryDirectory() as folder:
        app = cdk.App(context=flags, outdir=folder, builtin_cloud_formation_validation=False)
        compose(app, replace(read, settings=read.settings.model_copy(update={"rules": False})))
        assembly = app.synth()
        return {name: assembly.get_stack_by_name(name).template for name in names}, read.settings.region


def of_template(path: Path) -> dict[str, dict[str, Any]]:
    """Reads a template that is synthesised already."""
    import yaml

    try:
        template = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        fail(f"{path} can't be read: {error}")
    if not isinstance(template, dict) or "Resources" not in template:
        fail(f"{path} must be a CloudFormation template in JSON, got something without Resources")
    return {path.name.split(".")[0]: template}
