from pathlib import Path

import pytest
import yaml

from benchmarks import processes, synthesis
from benchmarks.processes import Command, Measurement
from stacks.catalogue import CATALOGUE
from stacks.settings import load

SETTINGS = Path("settings")

VALIDATED = {"empty": 2.0, "off": 3.0, "packs": 6.0}
UNVALIDATED = {"empty": 1.0, "off": 2.5, "packs": 4.0}


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    def run(command: Command, *, memory: bool = False) -> Measurement:
        kind = "empty" if command.arguments[-1].endswith("empty.py") else "packs" if command.arguments[-1] == "packs" else "off"
        seconds = VALIDATED if command.environment["CDK_VALIDATION"] == "true" else UNVALIDATED
        return Measurement(seconds[kind], "", 100.0 if memory else None)

    monkeypatch.setattr(processes, "run", run)
    lines = synthesis.measure(runs=1).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def test_each_blueprint_but_the_foundation_is_synthesised_with_rules_and_without(tmp_path: Path) -> None:
    blueprints = [(name, rules) for name in CATALOGUE if name != "foundation" for rules in ("off", "five packs")]
    assert list(synthesis.commands(tmp_path, True)) == [("empty app", ""), *blueprints]


def test_each_blueprint_has_the_settings_of_its_minimal_sample(tmp_path: Path) -> None:
    for (blueprint, rules), command in synthesis.commands(tmp_path, True).items():
        if rules:
            (deployment,) = load(Path(command.arguments[2])).deployments
            (sample,) = load(SETTINGS / blueprint / "minimal.yaml").deployments
            assert (deployment.entry.name, deployment.settings) == (blueprint, sample.settings)
            assert yaml.safe_load(Path(command.arguments[2]).read_text(encoding="utf-8"))["rules"] is False


def test_a_ratio_is_to_the_empty_app_under_the_same_condition_and_to_the_one_as_it_comes(table: list[list[str]]) -> None:
    header, _, *rows = table
    ratios = {tuple(row[:3]): (row[header.index("Ratio")], row[header.index("Ratio to the empty app as it comes")]) for row in rows}
    assert ratios["empty app", "", "off"] == ("1.00", "0.50")
    assert ratios["knowledge-base-rag", "five packs", "on"] == ("3.00", "3.00")
    assert ratios["knowledge-base-rag", "five packs", "off"] == ("4.00", "2.00")


def test_goals_go_by_the_rules(table: list[list[str]]) -> None:
    header, _, *rows = table
    assert {(row[1], row[header.index("Goal")]) for row in rows} == {("", ""), ("off", "≤ 1.5"), ("five packs", "≤ 2.0")}
