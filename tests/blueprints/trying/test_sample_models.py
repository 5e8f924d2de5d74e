import pytest

from blueprints.trying.sample_models import alike, churn, numbers, wines

CUSTOMERS = "9,59.9,5.9,0,0,10,10,1\n11,29.9,15.2,0,0,2,0,3\n"
WINE = "12.88,2.99,2.4,20,104,1.3,1.22,0.24,0.83,5.4,0.74,1.42,530\n"


def test_each_customer_has_a_probability() -> None:
    found = churn(CUSTOMERS)
    assert len(found) == 2
    assert all(0 < value < 1 for value in found)


def test_wines_are_read_from_csv_and_json_alike() -> None:
    (csv,), (listed,) = wines(WINE), wines(f"[[{WINE.strip()}]]")
    assert csv == listed
    assert sum(csv) == pytest.approx(1)


def test_answers_are_compared_by_their_numbers() -> None:
    assert numbers("0.5,0.25\n1") == [0.5, 0.25, 1]
    assert numbers("[[0.5, 0.25]]") == [0.5, 0.25]
    assert numbers('{"error": 1}') is None
    assert alike("[[0.5, 0.2500001]]", [[0.5, 0.25]])
    assert not alike("0.5", [0.5, 0.25])
    assert not alike("0.6", [0.5])
    assert not alike("none", [0.5])
