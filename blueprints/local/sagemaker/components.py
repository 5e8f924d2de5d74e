"""SageMaker's inference components: models that share the instances of an endpoint, and adapters laid upon them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blueprints.local import dispatch, provenance
from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker.endpoints import Endpoints
from blueprints.local.sagemaker.fleet import Fleet
from blueprints.local.sagemaker.hosts import Host, Served
from blueprints.local.sagemaker.models import Models
from blueprints.local.sagemaker.naming import invalid, unservable
from blueprints.local.sagemaker.records import Record, Records, Request
from blueprints.local.sagemaker.running import StartError
from blueprints.local.sagemaker.variants import Variant, pick

CREATING, UPDATING, IN_SERVICE, FAILED = "Creating", "Updating", "InService", "Failed"
NO_CAPACITY = (
    "Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if configured) or try to "
    "increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API."
)
problems = logging.getLogger(__name__)


@dataclass
class Component:
    """What serves behind an inference component.

    Args:
        record: What is known of it.
        variant: The variant whose instances it is on.
        host: Serves its model; that of the base component for an adapter.
        adapter: The adapter's name in the container, for an adapter.
    """

    record: Record
    variant: Variant
    host: Host
    adapter: str | None = None

    @property
    def copies(self) -> int:
        """How many copies it is said to have."""
        return int(self.record["RuntimeConfig"]["DesiredCopyCount"])


class Components:
    """Keeps inference components and what serves behind them.

    Follows https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateInferenceComponent.html and its neighbours; whether the
    copies fit on the instances is not looked at.

    Args:
        endpoints: The endpoints that components belong to.
        models: The models that components name.
        fleet: Starts what serves.
    """

    def __init__(self, endpoints: Endpoints, models: Models, fleet: Fleet) -> None:
        self._endpoints, self._models, self._fleet = endpoints, models, fleet
        self._lock = threading.Lock()
        self._live: dict[str, Component] = {}
        self.records = Records("inference-component", "InferenceComponent", "inference component")
        self.answers: Mapping[str, Callable[[Request, ClientFactory], dict[str, Any]]] = {
            "CreateInferenceComponent": self._create,
            "DescribeInferenceComponent": lambda request, _aws: _told(self.records.get(request["InferenceComponentName"])),
            "ListInferenceComponents": self._list,
            "UpdateInferenceComponent": self._update,
            "UpdateInferenceComponentRuntimeConfig": self._scale,
            "DeleteInferenceComponent": self._delete,
        }

    def of(self, endpoint: str) -> list[str]:
        """Returns the names of the components of an endpoint."""
        return [record["InferenceComponentName"] for record in self.records if record["EndpointName"] == endpoint]

    def live(self, endpoint: str, name: str | None) -> Component:
        """Returns what serves behind a component.

        Raises:
            StandInError: There is none of this name on the endpoint, it is not in service, or it has no copy.
        """
        found = self._live.get(name or "")
        if found is None or found.record["EndpointName"] != endpoint:
            known = ", ".join(self.of(endpoint)) or "none"
            raise unservable(f"InferenceComponentName must be one of the components of endpoint {endpoint} ({known}), got {name}.")
        base = found if found.adapter is None else self._live.get(_base(found.record) or "", found)
        if found.copies == 0 or base.copies == 0:
            raise unservable(NO_CAPACITY)
        return found

    def _create(self, request: Request, aws: Any) -> dict[str, Any]:
        live = self._endpoints.live(request["EndpointName"])
        variant = pick(live.variants, request.get("VariantName") or live.variants[0].name)
        if "ModelName" in variant.settings:
            raise invalid(f"The variant {variant.name} has a model: inference components need a variant without one.")
        specification = _specification(request)
        copies = (request.get("RuntimeConfig") or {}).get("CopyCount", 1)
        told = {"DesiredCopyCount": copies, "CurrentCopyCount": 0}
        named = {"VariantName": variant.name, "EndpointArn": self._endpoints.records.get(request["EndpointName"])["EndpointArn"]}
        record = self.records.add({**request, **named, "RuntimeConfig": told, "InferenceComponentStatus": CREATING})
        try:
            component = self._prepared(record, specification, variant, aws)
        except BaseException:
            self.records.remove(record["InferenceComponentName"])
            raise
        program = component.host.program
        dispatch.answered_by(provenance.stand_in(program) if program else provenance.STORED_ONLY)
        threading.Thread(target=self._bring_up, args=(component,), daemon=True).start()
        return {"InferenceComponentArn": record["InferenceComponentArn"]}

    def _prepared(self, record: Record, specification: Request, variant: Variant, aws: Any) -> Component:
        """Returns a component that does not serve yet."""
        base = specification.get("BaseInferenceComponentName")
        if base:
            live = self._live.get(base)
            if live is None or live.record["EndpointName"] != record["EndpointName"]:
                raise invalid(f'Could not find base inference component "{base}" in service on the endpoint.')
            return Component(record, variant, live.host, adapter=record["InferenceComponentName"])
        instance = variant.settings.get("InstanceType", "")
        log = (f"/aws/sagemaker/InferenceComponents/{record['InferenceComponentName']}", variant.name)
        if "ModelName" in specification:
            model = self._models.records.get(specification["ModelName"])
            return Component(record, variant, self._fleet.host(model, aws, instance, variant.name, log))
        if variant.role is None or not (specification.get("Container") or {}).get("Image"):
            raise invalid("An inference component must have a ModelName, a Container with an Image, or a BaseInferenceComponentName.")
        served = Served([specification["Container"]], variant.role, instance_type=instance, variant=variant.name, log=log)
        return Component(record, variant, self._fleet.of(served))

    def _bring_up(self, component: Component) -> None:
        """Starts a component; it then serves, or goes on as it was."""
        record, name = component.record, component.record["InferenceComponentName"]
        reason = self._start(component)
        with self._lock:
            before = self._live.get(name)
            if reason is None:
                self._live[name] = component
            record["RuntimeConfig"]["CurrentCopyCount"] = component.copies if name in self._live else 0
            record["FailureReason"], record["LastModifiedTime"] = reason, datetime.now(UTC)
            record["InferenceComponentStatus"] = IN_SERVICE if name in self._live else FAILED
        ended = component if reason else before
        if ended and ended.adapter is None:
            self._move_adapters(ended, component)
            ended.host.stop()

    def _move_adapters(self, before: Component, after: Component) -> None:
        """Lays the adapters of a base component that was replaced upon the new one."""
        for adapter in [each for each in self._live.values() if each.adapter and each.host is before.host and before is not after]:
            adapter.host = after.host
            self._start(adapter)

    def _start(self, component: Component) -> str | None:
        """Starts a component; returns why it can't be, if so."""
        try:
            if component.adapter:
                self._load_adapter(component)
            elif component.copies:
                component.host.start()
        except StartError as error:
            return str(error)
        except Exception:
            problems.exception("inference component %s", component.record["InferenceComponentName"])
            return "Internal error of the stand-in; see the log of the embedded AWS."
        return None

    def _load_adapter(self, component: Component) -> None:
        """Loads an adapter into the container of its base component."""
        uri = (_specification(component.record).get("Container") or {}).get("ArtifactUrl")
        if uri and component.adapter:
            component.host.load_adapter(component.adapter, uri, component.variant.role or component.host.role)

    def _update(self, request: Request, aws: Any) -> dict[str, Any]:
        record = self._settled(request["InferenceComponentName"])
        changed = {key: request[key] for key in ("Specification", "Specifications") if key in request}
        variant = pick(self._endpoints.live(record["EndpointName"]).variants, record["VariantName"])
        component = self._prepared(record, _specification({**record, **changed}), variant, aws)
        record.update(changed, InferenceComponentStatus=UPDATING)
        if "DeploymentConfig" in request:
            record["LastDeploymentConfig"] = request["DeploymentConfig"]
        if "RuntimeConfig" in request:
            record["RuntimeConfig"]["DesiredCopyCount"] = request["RuntimeConfig"]["CopyCount"]
        threading.Thread(target=self._bring_up, args=(component,), daemon=True).start()
        return {"InferenceComponentArn": record["InferenceComponentArn"]}

    def _scale(self, request: Request, _aws: ClientFactory) -> dict[str, Any]:
        record = self._settled(request["InferenceComponentName"])
        component = self._live[request["InferenceComponentName"]]
        record["RuntimeConfig"]["DesiredCopyCount"] = request["DesiredRuntimeConfig"]["CopyCount"]
        record["InferenceComponentStatus"] = UPDATING
        threading.Thread(target=self._rescale, args=(component,), daemon=True).start()
        return {"InferenceComponentArn": record["InferenceComponentArn"]}

    def _rescale(self, component: Component) -> None:
        """Starts the container of a component that gets its first copy, and ends that of one that loses its last."""
        record, reason = component.record, None
        if component.adapter is None and component.copies == 0:
            component.host.stop(keep=True)
        elif component.adapter is None and not component.host.running:
            adapters = [each for each in self._live.values() if each.adapter and each.host is component.host]
            reason = next(filter(None, map(self._start, (component, *adapters))), None)
        record["RuntimeConfig"]["CurrentCopyCount"] = component.copies
        record.update(FailureReason=reason, InferenceComponentStatus=FAILED if reason else IN_SERVICE, LastModifiedTime=datetime.now(UTC))

    def _settled(self, name: str) -> Record:
        record = self.records.get(name)
        if record["InferenceComponentStatus"] not in (IN_SERVICE, FAILED) or name not in self._live:
            raise invalid(f'Cannot update in-progress or failed inference component "{record["InferenceComponentArn"]}".')
        return record

    def _delete(self, request: Request, _aws: ClientFactory) -> dict[str, Any]:
        record = self.records.get(request["InferenceComponentName"])
        name = record["InferenceComponentName"]
        if record["InferenceComponentStatus"] in (CREATING, UPDATING):
            raise invalid(f'Cannot delete in-progress inference component "{record["InferenceComponentArn"]}".')
        if adapters := [each["InferenceComponentName"] for each in self.records if _base(each) == name]:
            raise invalid(f"The inference component {name} is the base of {', '.join(adapters)}, which must be deleted first.")
        with self._lock:
            component = self._live.pop(name, None)
            self.records.remove(name)
        if component and component.adapter:
            component.host.unload_adapter(component.adapter)
        elif component:
            component.host.stop()
        return {}

    def _list(self, request: Request, _aws: ClientFactory) -> dict[str, Any]:
        members = (
            "CreationTime",
            "InferenceComponentArn",
            "InferenceComponentName",
            "EndpointArn",
            "EndpointName",
            "VariantName",
            "InferenceComponentStatus",
            "LastModifiedTime",
        )
        wanted = {"EndpointName": request.get("EndpointNameEquals"), "VariantName": request.get("VariantNameEquals")}

        def only(record: Record) -> bool:
            return all(value is None or record[key] == value for key, value in wanted.items())

        return self.records.list(request, members, status="InferenceComponentStatus", only=only)


def _specification(request: Request) -> Record:
    """Returns what a component is made of: the only specification, or the first of several."""
    several = request.get("Specifications") or []
    if bool(request.get("Specification")) == bool(several):
        raise invalid("Exactly one of Specification and Specifications must be given.")
    found: Record = request.get("Specification") or several[0]
    return found


def _base(record: Request) -> str | None:
    found: str | None = _specification(record).get("BaseInferenceComponentName")
    return found


def _told(record: Record) -> dict[str, Any]:
    told = {name: value for name, value in record.items() if value is not None}
    return {**told, **({"Specification": _deployed(record["Specification"], record)} if "Specification" in record else {})}


def _deployed(specification: Record, record: Record) -> Record:
    """Returns a specification as the service tells it: with the image that was deployed."""
    container = specification.get("Container")
    if not container:
        return specification
    image = container.get("Image")
    kept = {key: value for key, value in container.items() if key != "Image"}
    deployed = {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": record["CreationTime"]}
    return {**specification, "Container": {**kept, **({"DeployedImage": deployed} if image else {})}}
