import json
from pathlib import Path

import pytest
import typer

from blueprints.simulating import driver
from blueprints.simulating.capacity import StartUp
from tests.blueprints.simulating import shapes

START = StartUp(instance_seconds=300, copy_seconds=120)


def question(traffic: str = "trickle", **options: float) -> driver.Question:
    return driver.Question(traffic=traffic, start_up=START, **options)  # type: ignore[arg-type]


def test_a_template_that_scales_well_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert driver.run_templates({"one": shapes.template(shapes.ASYNCHRONOUS)}, question(), as_json=True) == 0
    (fleet,) = json.loads(capsys.readouterr().out)["fleets"]
    assert fleet["verdict"]["serves"] is True
    assert fleet["findings"] == []
    assert len(fleet["minutes"]) == 420


@pytest.mark.parametrize("name", ["BACKLOG_OF_REAL_TIME", "INVOCATIONS_OF_ASYNCHRONOUS"])
def test_a_wrong_metric_fails(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert driver.run_templates({"one": shapes.template(getattr(shapes, name))}, question(), as_json=True) == 1
    (fleet,) = json.loads(capsys.readouterr().out)["fleets"]
    assert fleet["findings"]


def test_what_is_measured_takes_the_place_of_what_is_assumed() -> None:
    (told,) = driver.tell([shapes.only(shapes.ASYNCHRONOUS)], question("step", service_seconds=2, parallel=1, peak=7))
    assert (told.run.pace.service_seconds, told.run.pace.parallel) == (2, 1)
    assert max(minute.requests for minute in told.run.minutes) == 7


def test_a_template_without_endpoints_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        driver.run_templates({"one": {"Resources": {}}}, question(), as_json=False)
    assert "nothing that could be scaled" in capsys.readouterr().err


def test_a_wrong_pattern_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        driver.run_templates({"one": shapes.template(shapes.REAL_TIME)}, question("weekly"), as_json=False)
    assert "traffic must be one of" in capsys.readouterr().err


def test_templates_are_read_from_files(tmp_path: Path) -> None:
    path = tmp_path / "mine.template.json"
    path.write_text(json.dumps(shapes.template(shapes.REAL_TIME)))
    assert driver.of_template(path) == {"mine": shapes.template(shapes.REAL_TIME)}


@pytest.mark.parametrize("text", ["", "[]", "a: [", '{"Outputs": {}}'])
def test_what_is_no_template_is_refused(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(typer.Exit):
        driver.of_template(path)
    assert str(path) in " ".join(capsys.readouterr().err.split()).replace(" ", "") or "mine.json" in capsys.readouterr().err
