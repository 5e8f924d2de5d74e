"""Puts AWS's own figures into the table of prices: ``python -m blueprints.refresh_prices --region REGION``.

It asks the Price List API, which needs credentials with ``pricing:GetProducts``.
See https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

import argparse
import datetime
import json
from collections.abc import Iterator
from typing import Any

import boto3
import yaml

from blueprints.cost.prices import TABLE

API_REGION = "us-east-1"
COMPONENT = "Hosting"


def hosting(client: Any, region: str) -> dict[str, float]:
    """Returns US dollars an hour by instance type, as AWS's price list has them for endpoints.

    Args:
        client: Of the Price List API.
        region: Whose prices.
    """
    filters = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in (("regionCode", region), ("component", COMPONENT))
    ]
    pages = client.get_paginator("get_products").paginate(ServiceCode="AmazonSageMaker", FormatVersion="aws_v1", Filters=filters)
    return dict(sorted(found for page in pages for text in page["PriceList"] for found in _prices(json.loads(text))))


def _prices(item: dict[str, Any]) -> Iterator[tuple[str, float]]:
    name = item["product"]["attributes"].get("instanceName", "")
    for term in item["terms"].get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            usd = float(dimension["pricePerUnit"]["USD"])
            if name.startswith("ml.") and dimension["unit"].lower() in {"hrs", "hour", "hours"} and usd > 0:
                yield name, usd


def updated(text: str, region: str, found: dict[str, float], day: datetime.date) -> str:
    """Returns the text of the table with the prices of a region replaced.

    Args:
        text: Of the table.
        region: Whose prices.
        found: By instance type.
        day: On which they were asked for.

    Raises:
        ValueError: The price list had none.
    """
    if not found:
        raise ValueError(f"region must be one with SageMaker endpoints in AWS's price list, got {region}")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    table = yaml.safe_load(text)
    table["hosting"][region] = {name: {"usd": usd, "source": "price-list"} for name, usd in found.items()}
    table["as_of"] = day
    return "\n".join(comments) + "\n" + yaml.safe_dump(table, sort_keys=False, width=140, default_flow_style=None)


def main() -> None:
    """Asks for the prices of a region and writes the table."""
    parser = argparse.ArgumentParser(description="Puts AWS's own prices into the table.")
    parser.add_argument("--region", required=True, help="The region whose prices are asked for.")
    region = parser.parse_args().region
    found = hosting(boto3.client("pricing", region_name=API_REGION), region)
    day = datetime.datetime.now(tz=datetime.UTC).date()
    TABLE.write_text(updated(TABLE.read_text(encoding="utf-8"), region, found, day), encoding="utf-8")


if __name__ == "__main__":
    main()
