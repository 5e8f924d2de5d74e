import datetime
import json
from typing import Any

import boto3
import pytest
import yaml
from botocore.stub import Stubber

from blueprints.cost.prices import TABLE, Prices
from blueprints.refresh_prices import hosting, updated

DAY = datetime.date(2026, 12, 1)


def listed(name: str, usd: str, unit: str = "Hrs") -> str:
    dimension = {"pricePerUnit": {"USD": usd}, "unit": unit}
    return json.dumps(
        {"product": {"attributes": {"instanceName": name}}, "terms": {"OnDemand": {"a": {"priceDimensions": {"b": dimension}}}}}
    )


def asked(*items: str) -> dict[str, float]:
    client: Any = boto3.client("pricing", region_name="us-east-1")
    with Stubber(client) as stubber:
        filters = [
            {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-west-1"},
            {"Type": "TERM_MATCH", "Field": "component", "Value": "Hosting"},
        ]
        expected = {"ServiceCode": "AmazonSageMaker", "FormatVersion": "aws_v1", "Filters": filters}
        stubber.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": list(items)}, expected)
        return hosting(client, "eu-west-1")


def test_prices_of_instances_are_read_from_the_price_list() -> None:
    found = asked(listed("ml.m5.large", "0.128"), listed("ml.g5.xlarge", "1.6"), listed("", "5"), listed("ml.c5.large", "0"))
    assert found == {"ml.g5.xlarge": 1.6, "ml.m5.large": 0.128}


def test_what_is_not_billed_by_the_hour_is_left_out() -> None:
    assert asked(listed("ml.m5.large", "0.1", unit="GB-Mo")) == {}


def test_a_region_is_replaced_and_the_others_stay() -> None:
    text = updated(TABLE.read_text(encoding="utf-8"), "us-east-1", {"ml.m5.large": 0.115}, DAY)
    table, before = Prices.model_validate(yaml.safe_load(text)), Prices.model_validate(yaml.safe_load(TABLE.read_text(encoding="utf-8")))
    assert text.startswith("# What SageMaker bills")
    assert table.as_of == DAY
    assert table.hosting["us-east-1"].keys() == {"ml.m5.large"}
    assert table.hosting["us-west-2"] == before.hosting["us-west-2"]


def test_an_empty_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="region must be one with SageMaker endpoints in AWS's price list, got mars-1"):
        updated(TABLE.read_text(encoding="utf-8"), "mars-1", {}, DAY)
