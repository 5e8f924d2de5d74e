from pathlib import Path

import pytest

from blueprints.simulating.traffic import NAMES, traffic


@pytest.mark.parametrize("name", [name for name in NAMES if name != "trickle"])
def test_patterns_reach_their_peak_and_no_more(name: str) -> None:
    coming = traffic(name, peak=120, falls_silent=False)
    assert max(coming.requests) == pytest.approx(72 if name == "constant" else 120)
    assert min(coming.requests) == pytest.approx(72 if name == "constant" else 12)


@pytest.mark.parametrize("name", ["step", "burst", "diurnal"])
def test_patterns_fall_silent_for_what_scales_to_zero(name: str) -> None:
    coming = traffic(name, peak=120, falls_silent=True)
    assert min(coming.requests) == 0
    assert max(coming.requests) == pytest.approx(120)


def test_a_trickle_is_one_request_every_hour_and_a_half() -> None:
    coming = traffic("trickle", peak=120, falls_silent=True)
    assert [minute for minute, requests in enumerate(coming.requests) if requests] == [5, 95, 185, 275]
    assert sum(coming.requests) == 4


def test_a_file_names_its_own_requests(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("minute,requests\n0,5\n3,2.5\n")
    coming = traffic(str(path), peak=1, falls_silent=True)
    assert (coming.name, coming.requests, coming.minutes) == ("mine.csv", (5, 0, 0, 2.5), 4)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n", "must have the columns minute and requests, got a, b"),
        ("minute,requests\n", "must have a row at least, got none"),
        ("minute,requests\n1,many\n", r"line 2: minute and requests must be numbers, got .*many"),
        ("minute,requests\n0,1\n-1,2\n", r"line 3: minute must be 0 to 10079 and requests 0 or more"),
        ("minute,requests\n0,-1\n", r"line 2: minute must be 0 to 10079 and requests 0 or more"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=problem):
        traffic(str(path), peak=1, falls_silent=True)


def test_something_else_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="traffic must be one of step, diurnal, burst, constant, trickle, or a CSV file, got 'weekly'"):
        traffic("weekly", peak=1, falls_silent=True)
