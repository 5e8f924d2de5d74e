"""Objects become records, and records requests."""

import pytest

from blueprints.local.stand_ins.sagemaker.batches import TooLargeError, assembled, batches, records

LINES = [b"1\n", b"2\n", b"3"]


def test_an_object_is_one_record_or_as_many_as_it_has_lines() -> None:
    assert records(b"1\n2\n\n3", by_line=False) == [b"1\n2\n\n3"]
    assert records(b"1\n2\n\n3", by_line=True) == LINES


@pytest.mark.parametrize(
    ("multiple", "max_bytes", "found"),
    [
        (True, 100, [LINES]),
        (True, 4, [[b"1\n", b"2\n"], [b"3"]]),
        (True, None, [LINES]),
        (False, 100, [[b"1\n"], [b"2\n"], [b"3"]]),
    ],
)
def test_a_request_has_one_record_or_as_many_as_fit(multiple: bool, max_bytes: int | None, found: list[list[bytes]]) -> None:
    assert list(batches(LINES, multiple=multiple, max_bytes=max_bytes)) == found


def test_an_object_without_records_makes_no_request() -> None:
    assert list(batches([], multiple=True, max_bytes=1)) == []


def test_a_record_that_is_too_large_is_refused() -> None:
    with pytest.raises(TooLargeError, match="a record has 2 bytes, which is more than the payload of 1"):
        list(batches([b"12"], multiple=True, max_bytes=1))


def test_answers_are_joined_as_they_are_or_line_by_line() -> None:
    assert assembled([b"1", b"2\n"], by_line=False) == b"12\n"
    assert assembled([b"1", b"2\n"], by_line=True) == b"1\n2\n"
