import os
import sys
from pathlib import Path

import pytest

from blueprints import tools

OWN = str(Path(sys.executable).parent)


@pytest.mark.parametrize(("before", "after"), [("/usr/bin", [OWN, "/usr/bin"]), (OWN, [OWN]), (None, [OWN, *os.defpath.split(os.pathsep)])])
def test_the_programs_beside_this_python_are_found_first(monkeypatch: pytest.MonkeyPatch, before: str | None, after: list[str]) -> None:
    monkeypatch.delenv("PATH") if before is None else monkeypatch.setenv("PATH", before)
    tools.put_on_path()
    assert os.environ["PATH"].split(os.pathsep) == after


def test_nothing_is_missing_where_set_up_has_run() -> None:
    assert tools.missing_for_trial() == []


def test_everything_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tools, "CDK", tmp_path / "cdk")
    monkeypatch.setattr(tools, "find_spec", lambda _: None)
    assert tools.missing_for_synthesis() == ["Node (requirements.txt)"]
    assert tools.missing_for_trial() == [
        *("Node (requirements.txt)", "the CDK command line (package.json)", "the embedded AWS (requirements-local.txt)"),
        "the sentence model (requirements-models.txt)",
    ]
