import datetime
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match

from ml_constructs.foundation import check_service
from ml_constructs.foundation.service_status import REGIONS_CONTEXT, service, service_regions, services

CHECKED = datetime.date(2026, 11, 20)


def stack_in(region: str | None, context: Mapping[str, Any] | None = None) -> cdk.Stack:
    env = cdk.Environment(account="111122223333", region=region) if region else None
    return cdk.Stack(cdk.App(context=context), "Stack", env=env)


def warnings(stack: cdk.Stack) -> list[str]:
    found = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    return [str(message.entry.data) for message in found]


def test_an_open_service_passes_in_silence() -> None:
    stack = stack_in("eu-west-1")
    check_service(stack, "textract")
    assert warnings(stack) == []


def test_a_closed_service_is_refused_with_its_replacement() -> None:
    expected = (
        r"Amazon Kendra closed to new customers on 2026-07-30: use Amazon Bedrock Knowledge Bases instead .*, or set existing_customer"
    )
    with pytest.raises(ValueError, match=expected):
        check_service(stack_in("eu-west-1"), "kendra")


def test_a_closed_service_warns_its_existing_customers() -> None:
    stack = stack_in("eu-west-1")
    check_service(stack, "kendra", existing_customer=True)
    (warning,) = warnings(stack)
    assert warning.startswith("Amazon Kendra closed to new customers on 2026-07-30: use Amazon Bedrock Knowledge Bases instead")


def test_a_closed_service_without_a_date_is_refused_without_one() -> None:
    with pytest.raises(ValueError, match=r"Amazon Forecast closed to new customers: use SageMaker Canvas"):
        check_service(stack_in("eu-west-1"), "forecast")


def test_a_service_that_ends_warns() -> None:
    stack = stack_in("eu-west-1")
    check_service(stack, "devops-guru")
    (warning,) = warnings(stack)
    assert warning.startswith("Amazon DevOps Guru ends on 2027-09-30: use CloudWatch anomaly detection")


@pytest.mark.parametrize("existing_customer", [False, True])
def test_a_service_that_has_ended_is_refused_to_everybody(existing_customer: bool) -> None:
    with pytest.raises(ValueError, match=r"Amazon Lookout for Vision ended on 2025-10-31: use Rekognition Custom Labels instead"):
        check_service(stack_in("eu-west-1"), "lookout-for-vision", existing_customer=existing_customer)


def test_a_region_without_the_service_is_refused_with_those_that_have_it() -> None:
    expected = r"Amazon Textract is not in eu-north-1; according to botocore [\d.]+ it is in .*eu-west-1, eu-west-2, .*us-west-2$"
    with pytest.raises(ValueError, match=expected):
        check_service(stack_in("eu-north-1"), "textract")


def test_a_region_that_is_only_known_at_deployment_is_not_checked() -> None:
    check_service(stack_in(None), "textract")


def test_a_service_without_a_list_of_regions_is_not_checked() -> None:
    assert service_regions("s3-vectors") == ()
    check_service(stack_in("eu-north-1"), "s3-vectors")


def test_a_region_that_is_newer_than_the_table_can_be_added_by_context() -> None:
    check_service(stack_in("eu-north-1", {REGIONS_CONTEXT: {"textract": ["eu-north-1"]}}), "textract")


def test_an_unknown_service_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"service must be one of textract, comprehend, .*, got 'textrakt'"):
        check_service(stack_in("eu-west-1"), "textrakt")


@pytest.mark.parametrize("short_name", services())
def test_every_entry_of_the_table_is_whole(short_name: str) -> None:
    entry = service(short_name)
    assert entry.status in ("open", "closed", "ending", "ended")
    assert entry.source.startswith("https://docs.aws.amazon.com/") or "botocore 1." in entry.source or "aws-cdk-lib 2." in entry.source
    assert (entry.replacement is None) == (entry.status == "open")
    assert entry.endpoint is None or service_regions(short_name)


@pytest.mark.parametrize("short_name", [name for name, entry in services().items() if entry.date])
def test_dates_agree_with_the_status(short_name: str) -> None:
    entry = service(short_name)
    assert entry.date is not None
    assert (entry.date > CHECKED.isoformat()) == (entry.status == "ending")
