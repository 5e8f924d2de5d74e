"""Rebuilds the table of SageMaker's instance types from installed packages: ``python -m blueprints.refresh_instance_types``."""

import datetime
import gzip
import importlib.metadata
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.session

from ml_constructs.sagemaker import instance_types

TARGET = Path(instance_types.__file__).with_name("instance_types.json")
SHAPES = {
    "hosting": "ProductionVariantInstanceType",
    "training": "TrainingInstanceType",
    "processing": "ProcessingInstanceType",
    "transform": "TransformInstanceType",
    "notebook": "InstanceType",
    "studio": "AppInstanceType",
    "hyperpod": "ClusterInstanceType",
}
"""What SageMaker's API calls the instance types of each kind of job."""
PRICES = {"hosting": "hosting", "processing": "processing", "transform": "transform", "hyperpod": "cluster"}
"""What cfn-lint calls its lists of types that have a price in a region."""
UNKNOWN_MEMORY = ("Trainium2",)
"""Accelerators of which EC2's description gives the memory of the whole instance as that of each; left unknown."""
PACKAGES = ("botocore", "cfn-lint", "moto")

Facts = Mapping[str, Any]


def table(day: datetime.date) -> str:
    """The table in JSON, one instance type a line, with the versions of its sources and the day that it was made.

    Args:
        day: Goes into the table.
    """
    jobs, prices, hardware = _jobs(), _prices(), _hardware()
    names = sorted({name for listed in jobs.values() for name in listed})
    regions = {name: {job: _priced(prices, job, name) for job in jobs if name in jobs[job]} for name in names}
    sets = sorted({found for by_job in regions.values() for found in by_job.values() if found})
    described = [name for name in names if name.removeprefix("ml.") in hardware]
    rows = {
        name: {
            **_row(hardware[name.removeprefix("ml.")]),
            "jobs": {job: sets.index(found) if found else None for job, found in regions[name].items()},
        }
        for name in described
    }
    head = {
        "generated_by": "python -m blueprints.refresh_instance_types: change nothing by hand",
        "generated_from": ", ".join(f"{package} {importlib.metadata.version(package)}" for package in PACKAGES),
        "generated_on": day.isoformat(),
        "undescribed": sorted(set(names) - set(described)),
    }
    return _text(head, sets, rows)


def main() -> None:
    """Writes the table."""
    TARGET.write_text(table(datetime.datetime.now(tz=datetime.UTC).date()), encoding="utf-8")


def _text(head: Facts, sets: list[tuple[str, ...]], rows: Mapping[str, Facts]) -> str:
    parts = [f'"{key}": {json.dumps(value)}' for key, value in head.items()]
    parts.append('"region_sets": [\n' + ",\n".join(json.dumps(found) for found in sets) + "\n]")
    parts.append('"types": {\n' + ",\n".join(f'"{name}": {json.dumps(row)}' for name, row in rows.items()) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _jobs() -> dict[str, frozenset[str]]:
    model = botocore.session.Session().get_service_model("sagemaker")
    return {job: frozenset(filter(_is_type, getattr(model.shape_for(shape), "enum", ()))) for job, shape in SHAPES.items()}


def _is_type(name: str) -> bool:
    """Whether this is an instance type; Studio calls something else ``system``."""
    return name.startswith("ml.")


def _prices() -> dict[str, dict[str, frozenset[str]]]:
    """The regions of each list of cfn-lint, and the types that have a price there."""
    folder = _folder("cfnlint") / "data" / "schemas" / "extensions"
    found = {}
    for job, name in PRICES.items():
        listed: Facts = json.loads((folder / f"aws_sagemaker_{name}" / "instancetype_enum.json").read_text(encoding="utf-8"))
        found[job] = {region: frozenset(schema["enum"]) for region, schema in listed.items() if "enum" in schema}
    return found


def _priced(prices: Mapping[str, Mapping[str, frozenset[str]]], job: str, name: str) -> tuple[str, ...]:
    return tuple(sorted(region for region, names in prices.get(job, {}).items() if name in names))


def _hardware() -> dict[str, Facts]:
    """What EC2 says of its instance types, as moto carries it."""
    path = _folder("moto") / "ec2" / "resources" / "instance_types.json.gz"
    described: dict[str, Facts] = json.loads(gzip.decompress(path.read_bytes()))
    return described


def _folder(package: str) -> Path:
    """Where a package lies, without importing it, which takes a second."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} must be installed: pip install --requirement requirements-local.txt")
    return Path(spec.origin).parent


def _row(facts: Facts) -> dict[str, Any]:
    (architecture,) = (found for found in facts["ProcessorInfo"]["SupportedArchitectures"] if found != "i386")
    row: dict[str, Any] = {"vcpu": facts["VCpuInfo"]["DefaultVCpus"], "memory_gib": _gib(facts["MemoryInfo"])}
    if architecture != "x86_64":
        row["architecture"] = architecture
    if (accelerator := _accelerator(facts)) is not None:
        row["accelerator"] = accelerator
    for key, found in (("efa", facts["NetworkInfo"].get("EfaSupported")), ("instance_store", facts.get("InstanceStorageSupported"))):
        if found:
            row[key] = True
    return row


def _accelerator(facts: Facts) -> dict[str, Any] | None:
    for kind, devices in (
        ("gpu", facts.get("GpuInfo", {}).get("Gpus")),
        ("neuron", facts.get("NeuronInfo", {}).get("NeuronDevices")),
        ("neuron", facts.get("InferenceAcceleratorInfo", {}).get("Accelerators")),
    ):
        if devices:
            (device,) = devices
            memory = None if device["Name"] in UNKNOWN_MEMORY else _gib(device["MemoryInfo"])
            return {"kind": kind, "name": device["Name"], "count": device["Count"], "memory_gib": memory}
    return None


def _gib(memory: Facts) -> float:
    gib = round(memory["SizeInMiB"] / 1024, 1)
    return int(gib) if gib == int(gib) else gib


if __name__ == "__main__":
    main()
