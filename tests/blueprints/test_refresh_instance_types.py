import datetime
import importlib.util
import json
from pathlib import Path

import pytest

from blueprints import refresh_instance_types
from ml_constructs.sagemaker.instance_types import JOBS


@pytest.fixture(scope="module")
def shipped() -> str:
    return refresh_instance_types.TARGET.read_text(encoding="utf-8")


def test_the_shipped_table_is_what_the_pinned_packages_say(shipped: str) -> None:
    day = datetime.date.fromisoformat(json.loads(shipped)["generated_on"])
    assert refresh_instance_types.table(day) == shipped


def test_the_table_names_its_sources_and_its_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(refresh_instance_types, "TARGET", tmp_path / "types.json")
    monkeypatch.setattr(refresh_instance_types, "_jobs", lambda: {"hosting": {"ml.m5.large", "ml.nothing.large"}})
    monkeypatch.setattr(refresh_instance_types, "_prices", lambda: {"hosting": {"eu-west-1": {"ml.m5.large"}, "us-east-1": set()}})
    refresh_instance_types.main()
    written = json.loads((tmp_path / "types.json").read_text(encoding="utf-8"))
    assert [source.split()[0] for source in written["generated_from"].split(", ")] == ["botocore", "cfn-lint", "moto"]
    assert datetime.date.fromisoformat(written["generated_on"]).year >= 2026
    assert written["types"] == {"ml.m5.large": {"vcpu": 2, "memory_gib": 8, "jobs": {"hosting": 0}}}
    assert (written["region_sets"], written["undescribed"]) == ([["eu-west-1"]], ["ml.nothing.large"])


def test_every_kind_of_job_has_its_types() -> None:
    assert tuple(refresh_instance_types.SHAPES) == JOBS


def test_a_package_that_is_missing_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"cfnlint must be installed: pip install --requirement requirements-local\.txt"):
        refresh_instance_types.table(datetime.date(2027, 1, 31))
