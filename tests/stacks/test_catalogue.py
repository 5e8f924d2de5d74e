import subprocess
import sys
from pathlib import Path

import pytest

from ml_constructs.foundation.service_status import services
from stacks.base import BlueprintSettings, BlueprintStack
from stacks.catalogue import CATALOGUE, TIERS, Entry

ENTRIES = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)


@ENTRIES
def test_an_entry_stands_under_its_own_name_in_a_known_tier(entry: Entry) -> None:
    assert CATALOGUE[entry.name] is entry
    assert entry.tier in TIERS
    assert entry.summary.endswith(".")


@ENTRIES
def test_the_status_of_every_service_is_known(entry: Entry) -> None:
    assert set(entry.services) <= set(services())


@ENTRIES
def test_an_entry_leads_to_its_settings_and_its_stack(entry: Entry) -> None:
    assert issubclass(entry.settings_model(), BlueprintSettings)
    assert issubclass(entry.stack_class(), BlueprintStack)


@ENTRIES
def test_every_blueprint_has_samples(entry: Entry, root: Path) -> None:
    assert {"minimal", "comprehensive"} <= {path.stem for path in (root / "settings" / entry.name).glob("*.yaml")}


def test_every_stack_file_is_in_the_catalogue_or_part_of_one_that_is(root: Path) -> None:
    files = {path.stem for path in (root / "stacks").glob("*.py")} - {"__init__", "base", "catalogue"}
    modules = {entry.module.removeprefix("stacks.") for entry in CATALOGUE.values()}
    assert modules <= files
    assert {file for file in files - modules if not file.startswith(tuple(f"{module}_" for module in modules))} == set()


def test_defining_one_blueprint_imports_no_other(root: Path) -> None:
    program = "from stacks.catalogue import CATALOGUE as c; import sys; c['foundation'].stack_class(); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    others = {entry.module for entry in CATALOGUE.values()} - {"stacks.foundation"}
    assert "stacks.foundation" in modules
    assert not others & set(modules)


def test_the_catalogue_is_read_without_loading_the_cdk(root: Path) -> None:
    program = "import stacks.catalogue, stacks.settings, sys; print('aws_cdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True).stdout == "False\n"
