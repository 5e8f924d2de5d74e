"""Names, addresses and refusals."""

import pytest

from blueprints.local.sagemaker.naming import arn, below, invalid, split, unservable


def test_what_is_of_this_account_has_an_arn() -> None:
    assert arn("endpoint", "e") == "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e"


def test_control_plane_and_runtime_refuse_with_errors_of_their_own() -> None:
    assert (invalid("no").code, unservable("no").code) == ("ValidationException", "ValidationError")


@pytest.mark.parametrize("uri", ["s3://data/a/b.csv", "https://s3.us-east-1.amazonaws.com/data/a/b.csv"])
def test_an_address_has_a_bucket_and_a_key(uri: str) -> None:
    assert split(uri) == ("data", "a/b.csv")


def test_other_addresses_are_refused() -> None:
    with pytest.raises(ValueError, match="uri must be an address in S3 such as s3://bucket/key, got 'file:///a'"):
        split("file:///a")


def test_places_are_below_an_address_with_one_slash_between_them() -> None:
    assert below("s3://data/out/", "", "/a/", "b.out") == "s3://data/out/a/b.out"
