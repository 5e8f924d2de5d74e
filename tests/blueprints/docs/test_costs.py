import re

import pytest
import yaml

from blueprints.docs import costs
from blueprints.docs.template import Template

DATA = yaml.safe_load(costs.DATA.read_text(encoding="utf-8"))


def test_what_bills_while_idle_comes_first(template: Template) -> None:
    billed = [row.split(" | ")[1] for row in costs.costs(template, {}).splitlines()[2:]]
    assert billed == sorted(billed, key=lambda text: not text.startswith("by time"))
    assert billed[0].startswith("by time")


def test_gateway_endpoints_are_not_counted(template: Template) -> None:
    assert "| EC2 VPCEndpoint (1) |" in costs.costs(template, {})


def test_a_service_is_listed_when_a_role_may_call_it(template: Template) -> None:
    text = costs.costs(template, {"textract": "`features`"})
    assert "| calls to textract | by use | pages for each feature | `features` |" in text
    assert "comprehend" not in text


@pytest.mark.parametrize("key", [*DATA["resources"], *DATA["services"]])
def test_every_driver_has_a_basis_and_a_page_of_aws_but_no_price(key: str) -> None:
    entry = DATA["resources"].get(key) or DATA["services"][key]
    assert entry["when"] in costs.WHEN
    assert entry["source"].startswith("https://aws.amazon.com/")
    assert not re.search(r"[$€]|\d\.\d", entry["basis"])
