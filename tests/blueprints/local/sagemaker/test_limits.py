"""Limits of payloads by the kind of endpoint."""

import pytest

from blueprints.local.sagemaker import limits
from blueprints.local.stand_ins import StandInError


def test_what_is_as_large_as_it_may_be_is_taken() -> None:
    limits.check_payload(6_291_456, serverless=False)
    limits.check_payload(4_194_304, serverless=True)


@pytest.mark.parametrize(
    ("size", "serverless", "code", "status", "message"),
    [
        (6_291_457, False, "413", 413, "HTTP content length exceeded 6291456 bytes."),
        (6_291_457, True, "413", 413, "HTTP content length exceeded 6291456 bytes."),
        (4_194_305, True, "ValidationError", 400, "has oversize body."),
    ],
)
def test_what_is_larger_has_the_error_of_its_kind(size: int, serverless: bool, code: str, status: int, message: str) -> None:
    with pytest.raises(StandInError, match=message) as refusal:
        limits.check_payload(size, serverless=serverless)
    assert (refusal.value.code, refusal.value.status) == (code, status)
