import pytest

from blueprints.cost.prices import UnknownPriceError, prices


def test_a_price_has_a_source_that_the_table_explains() -> None:
    table = prices()
    for types in table.hosting.values():
        assert {price.source for price in types.values()} <= set(table.sources)
        assert all(price.usd > 0 for price in types.values())


def test_a_known_price_is_found() -> None:
    assert prices().of_instance("ml.m5.xlarge", "us-east-1").usd == 0.23


def test_an_unknown_price_is_an_error_that_names_it_and_where_it_is_known() -> None:
    with pytest.raises(UnknownPriceError, match=r"the price of ml.g5.2xlarge in eu-west-1 isn't known .*known in: us-east-1, us-west-2"):
        prices().of_instance("ml.g5.2xlarge", "eu-west-1")
    with pytest.raises(UnknownPriceError, match="known in: no region"):
        prices().of_instance("ml.p6-b200.48xlarge", "us-east-1")
