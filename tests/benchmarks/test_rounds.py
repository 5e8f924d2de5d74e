from benchmarks.rounds import Spread, alternate, endings


def test_each_action_is_warmed_up_once_and_then_takes_its_turns() -> None:
    order: list[str] = []

    def action(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    found = alternate({"a": lambda: action("a", 1.0), "b": lambda: action("b", 2.0)}, runs=2)
    assert "".join(order) == "ababab"
    assert {name: tuple(spread.seconds) for name, spread in found.items()} == {"a": (1.0, 1.0), "b": (2.0, 2.0)}


def test_a_spread_tells_median_lowest_and_highest() -> None:
    assert Spread((3.0, 1.0, 2.0)).cells() == ("2.00", "1.00", "3.00")
    assert Spread((0.003, 0.001, 0.002)).cells(1000, 0) == ("2", "1", "3")


def test_endings_are_told_with_their_counts() -> None:
    assert endings({"SUCCEEDED": 9, "FAILED": 1}) == "1 FAILED, 9 SUCCEEDED"
    assert endings({}) == ""
