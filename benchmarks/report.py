"""Writes the results into docs/benchmarks.md, part by part."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from benchmarks.processes import ROOT
from blueprints.docs import markdown

FILE = ROOT / "docs" / "benchmarks.md"
TITLES = {
    "synthesis": "Synthesis beside an empty app",
    "scale": "Many deployments",
    "imports": "Import time of the handlers",
    "pipeline": "Documents through the embedded AWS",
    "knowledge-base": "A knowledge base in the embedded AWS",
    "inference": "Predictions in the embedded AWS",
}
DISTRIBUTIONS = ("aws-cdk-lib", "cdk-nag", "boto3", "ministack")
HEAD = """# Benchmarks

Made by `make bench`; a part of it by `python -m benchmarks PART`. Nothing here is checked by a test: times depend on the machine.
Memory is the highest sum of the proportional set sizes (PSS) of a process and all below it, Node included, sampled ten times a second.

"""


def write(part: str, body: str, file: Path = FILE) -> None:
    """Puts the results of one part in their place, and leaves the other parts alone."""
    text = _with_places(file.read_text(encoding="utf-8") if file.is_file() else HEAD)
    file.parent.mkdir(parents=True, exist_ok=True)
    made = f"`python -m benchmarks {part}` on {machine()}\n\n{body}"
    file.write_text(markdown.replace_region(text, part, made), encoding="utf-8")


def machine() -> str:
    """Returns date, machine and versions in one sentence."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in DISTRIBUTIONS)
    node = subprocess.run([Path(sys.executable).parent / "node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    hardware = f"{os.cpu_count()} cores ({_processor()}), {platform.system()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {hardware}, Python {platform.python_version()}, Node {node.lstrip('v')}, {versions}."


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _with_places(text: str) -> str:
    """Adds a place at the end for each part that has none."""
    missing = [part for part in TITLES if f"<!-- {part}: start -->" not in text]
    return "\n".join([text.rstrip("\n") + "\n", *(f"## {TITLES[part]}\n\n{markdown.markers(part)}" for part in missing)])
