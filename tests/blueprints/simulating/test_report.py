import io

from rich.console import Console

from blueprints.simulating import driver, report
from blueprints.simulating.capacity import StartUp
from tests.blueprints.simulating import shapes

START = StartUp(instance_seconds=300, copy_seconds=120)


def told(resources: object, pattern: str, region: str = "us-east-1") -> report.Told:
    question = driver.Question(traffic=pattern, start_up=START, region=region)
    (found,) = driver.tell([shapes.only(resources)], question)  # type: ignore[arg-type]
    assert isinstance(found, report.Told)
    return found


def printed(found: report.Told) -> str:
    text = io.StringIO()
    report.print_told(found, START, Console(file=text, width=120))
    return text.getvalue()


def test_it_says_when_capacity_came_and_that_it_went() -> None:
    shown = printed(told(shapes.ASYNCHRONOUS, "trickle"))
    assert "Capacity came 6.2 minutes after the first request." in shown
    assert "At the end it is back at zero." in shown
    assert "It does not flap" in shown
    assert "Of 4 requests, 0 were not served and 0 wait at the end." in shown
    assert "0.23 USD an hour in us-east-1" in shown


def test_a_rejected_policy_is_shown_with_the_reason() -> None:
    found = told(shapes.INVOCATIONS_OF_ASYNCHRONOUS, "trickle")
    assert "REJECTED Track: its metric must be one of" in printed(found)
    assert "Capacity never came." in printed(found)
    assert not found.good


def test_the_table_has_at_most_so_many_rows_whatever_the_traffic_lasts() -> None:
    for pattern in ("trickle", "diurnal"):
        rows = [line for line in printed(told(shapes.REAL_TIME, pattern)).splitlines() if line.strip()[:1].isdigit()]
        assert 20 <= len([row for row in rows if "┤" not in row and "┬" not in row]) <= report.ROWS + 6


def test_capacity_backlog_latency_and_cost_are_plotted() -> None:
    drawn = report.plots(told(shapes.REAL_TIME, "step"), 80)
    for title in ("instances that serve", "requests waiting", "latency (s)", "USD so far"):
        assert f"{title}, by minute" in drawn
    assert "\x1b" not in drawn


def test_an_unknown_price_is_named_and_never_a_zero() -> None:
    found = told(shapes.REAL_TIME, "step", region="eu-west-1")
    assert found.usd is None
    assert "Cost: unknown, the price of ml.m5.xlarge in eu-west-1 isn't known" in " ".join(printed(found).split())
    assert "instance hours so far" in report.series(found)


def test_callers_of_components_are_told_to_try_again() -> None:
    assert any("callers have to try again" in line for line in report.sentences(told(shapes.COMPONENTS, "trickle")))


def test_cost_is_that_of_the_hours_of_instances() -> None:
    found = told(shapes.REAL_TIME, "trickle")
    assert found.usd == found.verdict.instance_hours * 0.23
    assert report.document(found)["usd"] == found.usd


def test_serverless_capacity_has_no_known_price() -> None:
    assert "Cost: unknown, the price of a gigabyte-second isn't in the table." in printed(told(shapes.SERVERLESS, "step"))
