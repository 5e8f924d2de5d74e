"""Prices from a dated table; one that isn't in it is an error and never a zero."""

import datetime
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

TABLE = Path(__file__).with_name("prices.yaml")


class UnknownPriceError(LookupError):
    """A price that the table doesn't have."""


class Price(BaseModel):
    """A price and where it comes from.

    Args:
        usd: US dollars an hour.
        source: One of the table's sources.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    usd: float
    source: str


class Prices(BaseModel):
    """The table.

    Args:
        as_of: The day on which it was collected.
        sources: What its sources are.
        hosting: By region and instance type.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: datetime.date
    sources: Mapping[str, str]
    hosting: Mapping[str, Mapping[str, Price]]

    def of_instance(self, instance_type: str, region: str) -> Price:
        """Returns what an instance of an endpoint costs an hour.

        Raises:
            UnknownPriceError: The table doesn't have it.
        """
        found = self.hosting.get(region, {}).get(instance_type)
        if found is None:
            known = ", ".join(sorted(name for name, types in self.hosting.items() if instance_type in types))
            raise UnknownPriceError(
                f"the price of {instance_type} in {region} isn't known (table of {self.as_of}; known in: {known or 'no region'})"
            )
        return found


@cache
def prices() -> Prices:
    """Reads the table."""
    return Prices.model_validate(yaml.safe_load(TABLE.read_text(encoding="utf-8")))
