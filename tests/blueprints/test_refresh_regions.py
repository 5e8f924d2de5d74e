import datetime
import re
from pathlib import Path

import pytest

from blueprints import refresh_regions


def test_the_shipped_table_is_what_the_pinned_botocore_says() -> None:
    shipped = refresh_regions.TARGET.read_text(encoding="utf-8")
    made = re.search(r"^generated_on: (\d{4}-\d\d-\d\d)$", shipped, re.MULTILINE)
    assert made is not None
    assert refresh_regions.table(datetime.date.fromisoformat(made[1])) == shipped


def test_the_table_names_its_source_and_its_day() -> None:
    text = refresh_regions.table(datetime.date(2027, 1, 31))
    assert re.search(r"^generated_from: botocore 1\.\d+\.\d+\ngenerated_on: 2027-01-31$", text, re.MULTILINE)


def test_the_command_writes_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh_regions, "TARGET", tmp_path / "regions.yaml")
    refresh_regions.main()
    assert (tmp_path / "regions.yaml").read_text(encoding="utf-8").startswith(refresh_regions.HEADER)
