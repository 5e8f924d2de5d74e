from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match, Template

from ml_constructs.foundation import service_status
from ml_constructs.foundation.service_status import Service
from stacks.base import LOG_RETENTION, BlueprintSettings, BlueprintStack, DeploymentContext, network_prefix
from stacks.settings.models import ExistingNetwork, LogRetentionDays


class Settings(BlueprintSettings):
    @property
    def required_endpoints(self) -> tuple[str, ...]:
        return ("textract",)

    @property
    def private_endpoints(self) -> tuple[str, ...]:
        return ("execute-api",)


@pytest.fixture
def define(app: cdk.App) -> Callable[..., BlueprintStack]:
    def stack(settings: BlueprintSettings | None = None, **context: Any) -> BlueprintStack:
        given = DeploymentContext(blueprint="reader", **context)
        return BlueprintStack(app, "invoices", settings=settings or Settings(), context=given)

    return stack


def test_data_is_kept_by_default(define: Callable[..., BlueprintStack]) -> None:
    stack = define()
    assert stack.access_logs
    assert stack.removal_policy is stack.defaults.removal_policy is cdk.RemovalPolicy.RETAIN
    for kind in ("AWS::KMS::Key", "AWS::S3::Bucket"):
        Template.from_stack(stack).all_resources(kind, {"DeletionPolicy": "Retain"})


def test_data_goes_with_the_deployment_where_the_settings_say_so(define: Callable[..., BlueprintStack]) -> None:
    stack = define(Settings(data_on_removal="destroy"))
    assert stack.access_logs
    assert stack.removal_policy is stack.defaults.removal_policy is cdk.RemovalPolicy.DESTROY
    for kind in ("AWS::KMS::Key", "AWS::S3::Bucket"):
        Template.from_stack(stack).all_resources(kind, {"DeletionPolicy": "Delete"})


def test_there_is_a_bucket_for_access_logs_where_something_writes_them(define: Callable[..., BlueprintStack]) -> None:
    assert Template.from_stack(define()).find_resources("AWS::S3::Bucket") == {}


def test_parts_that_are_there_are_told_of(define: Callable[..., BlueprintStack]) -> None:
    stack = define()
    stack.output(TopicArn=stack.alarms.topic.topic_arn, QueueUrl=None)
    assert set(Template.from_stack(stack).to_json()["Outputs"]) == {"TopicArn"}


def test_logs_are_kept_as_long_as_the_settings_say(define: Callable[..., BlueprintStack]) -> None:
    assert define(Settings(log_retention_days=731)).defaults.log_retention is cdk.aws_logs.RetentionDays.TWO_YEARS


def test_every_retention_that_the_settings_allow_is_one_of_cloudwatch_logs() -> None:
    assert tuple(LOG_RETENTION) == LogRetentionDays.__args__  # type: ignore[attr-defined]


def test_alarms_may_use_the_key_and_tell_everybody_named(define: Callable[..., BlueprintStack]) -> None:
    template = Template.from_stack(define(Settings(alarm_emails=("a@example.com", "b@example.com"))))
    template.resource_count_is("AWS::SNS::Subscription", 2)
    template.has_resource_properties("AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": "a@example.com"})
    user = {"Principal": {"Service": "cloudwatch.amazonaws.com"}}
    template.has_resource_properties("AWS::KMS::Key", {"KeyPolicy": {"Statement": Match.array_with([Match.object_like(user)])}})


def test_functions_run_in_no_network_where_there_is_none(define: Callable[..., BlueprintStack]) -> None:
    stack = define(network="none")
    assert (stack.network, stack.defaults.placement) == (None, None)
    Template.from_stack(stack).resource_count_is("AWS::EC2::VPC", 0)


def test_functions_run_in_a_network_of_their_own_with_the_endpoints_they_need(define: Callable[..., BlueprintStack]) -> None:
    stack = define(network="own")
    assert stack.network is not None
    assert list(stack.network.endpoints) == ["textract", "execute-api"]
    assert stack.defaults.placement is stack.network.placement


def test_functions_run_in_the_network_that_a_foundation_has_published(define: Callable[..., BlueprintStack]) -> None:
    stack = define(network="foundation", foundation="shared")
    assert stack.network is None
    assert stack.defaults.placement is not None
    defaults = [parameter.get("Default") for parameter in Template.from_stack(stack).to_json()["Parameters"].values()]
    assert f"{network_prefix('shared')}/vpc-id" in defaults


def test_functions_run_in_a_network_that_stands_already(define: Callable[..., BlueprintStack]) -> None:
    network = ExistingNetwork(
        vpc_id="vpc-0123456789abcdef0",
        subnet_ids=("subnet-0123456789abcdef0",),
        availability_zones=("eu-west-1a",),
        security_group_ids=("sg-0123456789abcdef0",),
    )
    placement = define(network=network).defaults.placement
    assert placement is not None
    assert placement.vpc.vpc_id == "vpc-0123456789abcdef0"
    assert [group.security_group_id for group in placement.security_groups] == ["sg-0123456789abcdef0"]


def test_resources_say_what_they_belong_to_and_own_tags_win(define: Callable[..., BlueprintStack]) -> None:
    stack = define(Settings(tags={"owner": "me"}), tags={"owner": "us", "cost-centre": "ml"})
    tags = {"project": "ml-blueprints", "blueprint": "reader", "deployment": "invoices", "owner": "me", "cost-centre": "ml"}
    (key,) = Template.from_stack(stack).find_resources("AWS::KMS::Key").values()
    assert {tag["Key"]: tag["Value"] for tag in key["Properties"]["Tags"]} == tags


def test_a_service_that_will_not_be_offered_for_long_is_warned_of(
    define: Callable[..., BlueprintStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = Service(name="Amazon Oracle", status="ending", source="https://docs.aws.amazon.com/", date="2027-09-30", replacement="a coin")
    monkeypatch.setattr(service_status, "services", lambda: {"oracle": ending})
    stack = define(services=("oracle",))
    Annotations.from_stack(stack).has_warning("/invoices", Match.string_like_regexp("Amazon Oracle ends on 2027-09-30: use a coin"))


def test_a_closed_service_is_left_to_existing_customers(define: Callable[..., BlueprintStack], monkeypatch: pytest.MonkeyPatch) -> None:
    closed = Service(name="Amazon Oracle", status="closed", source="https://docs.aws.amazon.com/", replacement="a coin")
    monkeypatch.setattr(service_status, "services", lambda: {"oracle": closed})
    assert define(Settings(existing_customer=True), services=("oracle",))


def test_rejects_a_service_that_is_closed_to_the_account(define: Callable[..., BlueprintStack], monkeypatch: pytest.MonkeyPatch) -> None:
    closed = Service(name="Amazon Oracle", status="closed", source="https://docs.aws.amazon.com/", replacement="a coin")
    monkeypatch.setattr(service_status, "services", lambda: {"oracle": closed})
    with pytest.raises(ValueError, match="Amazon Oracle closed to new customers"):
        define(services=("oracle",))
