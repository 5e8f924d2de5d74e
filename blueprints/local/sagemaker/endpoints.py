"""SageMaker's endpoints: their variants run, and are replaced when the configuration changes."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blueprints.local import dispatch, provenance
from blueprints.local.sagemaker.endpoint_configs import EndpointConfigs
from blueprints.local.sagemaker.fleet import Fleet
from blueprints.local.sagemaker.naming import arn, invalid, unservable
from blueprints.local.sagemaker.records import Record, Records, Request
from blueprints.local.sagemaker.running import StartError
from blueprints.local.sagemaker.variants import Variant
from blueprints.local.stand_ins import ClientFactory

CREATING, UPDATING, IN_SERVICE, FAILED, DELETING = "Creating", "Updating", "InService", "Failed", "Deleting"
SERVING = (IN_SERVICE, UPDATING)
PROPERTIES = {"DesiredInstanceCount": "count", "DesiredWeight": "weight"}
"""The variant properties that an update can retain."""
log = logging.getLogger(__name__)


@dataclass
class Live:
    """What serves behind an endpoint.

    Args:
        config: The endpoint configuration that it was made of.
        variants: The production variants.
        shadows: The shadow variants, which get copies of the requests.
        aws: Gives the administrator's clients.
    """

    config: Record
    variants: list[Variant]
    shadows: list[Variant]
    aws: ClientFactory

    def stop(self) -> None:
        """Ends the containers."""
        for variant in (*self.variants, *self.shadows):
            if variant.host:
                variant.host.stop()


class Endpoints:
    """Keeps endpoints and what serves behind them.

    Follows https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html and its neighbours; the traffic shifts to
    a new configuration at once, however the deployment is configured.

    Args:
        configs: The configurations that endpoints name.
        fleet: Starts what serves.
    """

    def __init__(self, configs: EndpointConfigs, fleet: Fleet) -> None:
        self._configs, self._fleet = configs, fleet
        self._lock = threading.Lock()
        self._live: dict[str, Live] = {}
        self.components_of: Callable[[str], Sequence[str]] = lambda _name: ()
        self.is_scaled: Callable[[str, str], bool] = lambda _name, _variant: False
        self.records = Records("endpoint", "Endpoint", "endpoint")
        members = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")
        self.answers: Mapping[str, Callable[[Request, ClientFactory], dict[str, Any]]] = {
            "CreateEndpoint": self._create,
            "DescribeEndpoint": lambda request, _aws: self._told(self.records.get(request["EndpointName"])),
            "ListEndpoints": lambda request, _aws: self.records.list(request, members, status="EndpointStatus"),
            "UpdateEndpoint": self._update,
            "UpdateEndpointWeightsAndCapacities": self._scale,
            "DeleteEndpoint": self._delete,
        }

    def live(self, name: str) -> Live:
        """Returns what serves behind the endpoint ``name``.

        Raises:
            StandInError: There is no such endpoint, or it is not in service.
        """
        record, live = self.records.find(name), self._live.get(name)
        if record is None or live is None or record["EndpointStatus"] not in SERVING:
            raise unservable(f"Endpoint {name} of account {arn('endpoint', name).split(':')[4]} not found.")
        return live

    def _create(self, request: Request, aws: ClientFactory) -> dict[str, Any]:
        config = self._configs.records.get(request["EndpointConfigName"])
        live = self._prepared(request["EndpointName"], config, aws)
        record = self.records.add({**request, "EndpointStatus": CREATING})
        record["LastDeploymentConfig"] = record.pop("DeploymentConfig", None)
        _label(live)
        threading.Thread(target=self._bring_up, args=(record, live), daemon=True).start()
        return {"EndpointArn": record["EndpointArn"]}

    def _update(self, request: Request, aws: ClientFactory) -> dict[str, Any]:
        record = self.records.get(request["EndpointName"])
        if record["EndpointStatus"] not in (IN_SERVICE, FAILED):
            raise invalid(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')
        config = self._configs.records.get(request["EndpointConfigName"])
        self._check_kind(record["EndpointName"], config)
        self._check_scaled(record["EndpointName"], config)
        live = self._prepared(record["EndpointName"], config, aws)
        if request.get("RetainAllVariantProperties"):
            excluded = [each["VariantPropertyType"] for each in request.get("ExcludeRetainedVariantProperties") or ()]
            self._retain(record["EndpointName"], live, excluded)
        if not request.get("RetainDeploymentConfig"):
            record["LastDeploymentConfig"] = request.get("DeploymentConfig")
        record.update(EndpointStatus=UPDATING, FailureReason=None)
        _label(live)
        threading.Thread(target=self._bring_up, args=(record, live), daemon=True).start()
        return {"EndpointArn": record["EndpointArn"]}

    def _check_kind(self, name: str, config: Record) -> None:
        """Refuses to turn a serverless endpoint into one with instances, or the other way round."""
        before = self._live.get(name)
        serverless = any("ServerlessConfig" in variant for variant in config["ProductionVariants"])
        if before and serverless != any(variant.serverless for variant in before.variants):
            raise invalid("An endpoint can't be changed from serverless to instances, nor from instances to serverless.")

    def _check_scaled(self, name: str, config: Record) -> None:
        """Refuses another instance type for a variant that Application Auto Scaling scales, and a configuration without it.

        https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html
        """
        before = self._live[name].variants if name in self._live else []
        kept = {variant["VariantName"]: _types(variant) for variant in config["ProductionVariants"]}
        changed = [each.name for each in before if self.is_scaled(name, each.name) and kept.get(each.name) != _types(each.settings)]
        if changed:
            named = json.dumps(changed)
            scaled = "must be deregistered as a scalable target with AWS Auto Scaling before they can be removed or have their"
            raise invalid(f'The variant(s) "{named}" {scaled} instance type updated.')

    def _prepared(self, name: str, config: Record, aws: ClientFactory) -> Live:
        variants = [self._fleet.variant(settings, config, aws, name) for settings in config["ProductionVariants"]]
        shadows = [self._fleet.variant(settings, config, aws, name) for settings in config.get("ShadowProductionVariants") or ()]
        return Live(config, variants, shadows, aws)

    def _retain(self, name: str, live: Live, excluded: Sequence[str]) -> None:
        """Takes over the weights and counts that variants have now."""
        before = {variant.name: variant for variant in (self._live[name].variants if name in self._live else ())}
        for variant in live.variants:
            for kind, attribute in PROPERTIES.items():
                if variant.name in before and kind not in excluded:
                    setattr(variant, attribute, getattr(before[variant.name], attribute))

    def _bring_up(self, record: Record, live: Live) -> None:
        """Starts what serves; the endpoint then serves by it, or goes on with what it had."""
        name, reason = record["EndpointName"], None
        try:
            for variant in (*live.variants, *live.shadows):
                self._fleet.start(variant)
        except StartError as error:
            reason = str(error)
        except Exception:
            log.exception("endpoint %s", name)
            reason = "Internal error of the stand-in; see the log of the embedded AWS."
        with self._lock:
            gone = self.records.find(name) is not record
            before = live if gone or reason else self._live.get(name)
            if not gone and not reason:
                self._live[name] = live
                record["EndpointConfigName"] = live.config["EndpointConfigName"]
            record["FailureReason"], record["LastModifiedTime"] = reason, datetime.now(UTC)
            record["EndpointStatus"] = IN_SERVICE if name in self._live else FAILED
        if before:
            before.stop()

    def _scale(self, request: Request, _aws: ClientFactory) -> dict[str, Any]:
        record = self.records.get(request["EndpointName"])
        variants = {variant.name: variant for variant in self.live(record["EndpointName"]).variants}
        for wanted in request["DesiredWeightsAndCapacities"]:
            if wanted["VariantName"] not in variants:
                raise invalid(f"The variant {wanted['VariantName']} does not exist.")
            variant = variants[wanted["VariantName"]]
            variant.weight = wanted.get("DesiredWeight", variant.weight)
            variant.count = wanted.get("DesiredInstanceCount", variant.count)
        record["LastModifiedTime"] = datetime.now(UTC)
        return {"EndpointArn": record["EndpointArn"]}

    def _delete(self, request: Request, _aws: ClientFactory) -> dict[str, Any]:
        record = self.records.get(request["EndpointName"])
        if record["EndpointStatus"] in (CREATING, UPDATING):
            raise invalid(f'Cannot delete in-progress endpoint "{record["EndpointArn"]}".')
        if components := self.components_of(record["EndpointName"]):
            raise invalid(f"The endpoint has inference components, which must be deleted first: {', '.join(components)}.")
        record["EndpointStatus"] = DELETING
        with self._lock:
            live = self._live.pop(record["EndpointName"], None)
            self.records.remove(record["EndpointName"])
        if live:
            live.stop()
        return {}

    def _told(self, record: Record) -> dict[str, Any]:
        live = self._live.get(record["EndpointName"])
        told = {name: value for name, value in record.items() if value is not None}
        if live is None:
            return told
        variants = {"ProductionVariants": [variant.told() for variant in live.variants]}
        if live.shadows:
            variants["ShadowProductionVariants"] = [variant.told() for variant in live.shadows]
        kept = ("AsyncInferenceConfig", "ExplainerConfig", "MetricsConfig")
        return {**told, **variants, **{name: live.config[name] for name in kept if name in live.config}, **_capture(live.config)}


def _capture(config: Record) -> dict[str, Any]:
    capture = config.get("DataCaptureConfig")
    if not capture:
        return {}
    enabled = bool(capture.get("EnableCapture", False))
    told = {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }
    return {"DataCaptureConfig": told}


def _types(variant: Mapping[str, Any]) -> list[str | None]:
    """Returns the instance types of a variant."""
    return [pool["InstanceType"] for pool in variant.get("InstancePools") or ()] or [variant.get("InstanceType")]


def _label(live: Live) -> None:
    """Says in the answer which program will answer, or that none will."""
    programs = dict.fromkeys(variant.host.program for variant in live.variants if variant.host)
    named = [each for each in programs if each]
    if programs:
        dispatch.answered_by(provenance.stand_in(" and ".join(named)) if named else provenance.STORED_ONLY)
