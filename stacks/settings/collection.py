"""A settings file as the deployments that it names."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from stacks.catalogue import CATALOGUE, Entry
from stacks.settings.models import NETWORK_KINDS, BlueprintSettings, CollectionSettings, NetworkChoice, network_kind
from stacks.settings.problems import Problem, SettingsError, collect, located, nearest, shown
from stacks.settings.services import service_problems
from stacks.settings.source import read

NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Deployment:
    """One blueprint, deployed under a name."""

    name: str
    entry: Entry
    settings: BlueprintSettings
    network: NetworkChoice


@dataclass(frozen=True)
class Collection:
    """Everything that a settings file says."""

    settings: CollectionSettings
    deployments: tuple[Deployment, ...]


def load(path: Path) -> Collection:
    """Reads and checks the settings file ``path``.

    Raises:
        SettingsError: With everything that is wrong with the file.
    """
    source = read(path)
    data = {} if source.data is None else source.data
    problems = list(source.problems)
    if not isinstance(data, Mapping):
        raise SettingsError(path, [*problems, Problem((), f"{shown(data)} is not a mapping of settings", line=1)])
    settings = _validate(CollectionSettings, data, (), problems)
    deployments = [
        deployment
        for name, values in _mapping(data.get("deployments")).items()
        if (deployment := _deployment(name, _mapping(values), settings or CollectionSettings(), problems))
    ]
    problems.extend(_missing_endpoints(deployments, (settings or CollectionSettings()).foundation))
    if settings is None or problems:
        raise SettingsError(path, located(problems, source.line))
    return Collection(settings, tuple(deployments))


def _missing_endpoints(deployments: Sequence[Deployment], foundation: str) -> Iterator[Problem]:
    """Finds what functions would wait for in vain in the network of a foundation of the same file."""
    shared = {deployment.name: deployment.settings.shared_endpoints for deployment in deployments}
    for deployment in deployments:
        if deployment.network != "foundation" or foundation not in shared or deployment.name == foundation:
            continue
        if missing := [name for name in deployment.settings.required_endpoints if name not in shared[foundation]]:
            message = f"lacks {', '.join(missing)} in its network, which the functions of {deployment.name} call"
            yield Problem(("deployments", foundation), message)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _validate(model: type[Model], data: Mapping[str, Any], prefix: tuple[str, ...], problems: list[Problem]) -> Model | None:
    try:
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        problems.extend(collect(error, data, model, prefix))
        return None


def _deployment(name: str, values: Mapping[str, Any], common: CollectionSettings, problems: list[Problem]) -> Deployment | None:
    prefix = ("deployments", name)
    if not NAME.fullmatch(name):
        problems.append(Problem(prefix, f"{shown(name)} is no name for a deployment; allowed: {NAME.pattern}"))
    entry = _entry(name, values, problems)
    if entry is None:
        return None
    model = entry.settings_model()
    settings = _validate(model, {key: values[key] for key in values if key != "blueprint"}, prefix, problems)
    given = settings.network if settings else values.get("network")
    kind = network_kind(given or common.network)
    place = (*prefix, "network")
    if kind in NETWORK_KINDS and kind not in model.NETWORKS and not any(problem.location == place for problem in problems):
        problems.append(Problem(place, f"{kind} does not suit {entry.name}; allowed: {', '.join(model.NETWORKS)}"))
    if settings is None:
        return None
    problems.extend(service_problems(name, entry, settings, common.region))
    network = settings.network or common.network
    conflicts = settings.conflicts(compliance=common.compliance, network=network)
    problems.extend(Problem((*prefix, *location), message) for location, message in conflicts)
    return Deployment(name, entry, settings, network)


def _entry(name: str, values: Mapping[str, Any], problems: list[Problem]) -> Entry | None:
    blueprint = values.get("blueprint", name)
    location = ("deployments", name, *(("blueprint",) if "blueprint" in values else ()))
    known = ", ".join(sorted(CATALOGUE))
    if not isinstance(blueprint, str) or blueprint not in CATALOGUE:
        hint = nearest(blueprint, CATALOGUE) if isinstance(blueprint, str) else ""
        problems.append(Problem(location, f"{shown(blueprint)} is not a blueprint; allowed: {known}{hint}"))
        return None
    if name in CATALOGUE and blueprint != name:
        problems.append(Problem(location, f"{shown(blueprint)} is not allowed under the name of another blueprint; allowed: {name}"))
        return None
    return CATALOGUE[blueprint]
