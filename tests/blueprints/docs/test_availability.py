import pytest

from blueprints.docs import availability
from ml_constructs.foundation.service_status import Service


def row_of(monkeypatch: pytest.MonkeyPatch, service: Service, regions: tuple[str, ...]) -> str:
    monkeypatch.setattr(availability, "services", lambda: {"x": service})
    monkeypatch.setattr(availability, "service_regions", lambda _: regions)
    return availability.availability(["x"]).splitlines()[2]


def test_an_open_service_has_its_regions_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(name="Amazon Textract", status="open", source="https://aws.amazon.com/textract/")
    row = row_of(monkeypatch, service, ("us-east-1", "eu-west-1"))
    assert row == "| Amazon Textract | open | 2 | [AWS](https://aws.amazon.com/textract/) |"


def test_a_closed_service_says_since_when_and_what_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(name="Amazon A2I", status="closed", source="botocore 1.43.106", date="2026-07", replacement="Step Functions")
    row = row_of(monkeypatch, service, ())
    assert row == "| Amazon A2I | closed to new customers (2026-07); use Step Functions | not published | botocore 1.43.106 |"


def test_services_of_the_catalogue_are_known() -> None:
    assert "Amazon Textract" in availability.availability(["textract"])


def test_services_that_the_list_does_not_watch_are_left_out() -> None:
    assert availability.availability(["kms"]) == "None.\n"
