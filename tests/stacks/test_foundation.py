from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from pydantic import ValidationError
from syrupy.assertion import SnapshotAssertion

from ml_constructs.testing import rule_findings, template_snapshot
from stacks.base import DeploymentContext
from stacks.foundation import AuditSettings, FoundationSettings, FoundationStack, SharedNetworkSettings
from tests import templates

__all__ = ["template_snapshot"]

PUBLISHED = {
    *("key-arn", "access-log-bucket", "alarm-topic-arn"),
    *("network/vpc-id", "network/subnet-ids", "network/availability-zones", "network/security-group-id"),
}


def define(app: cdk.App, network: Any = "own", **settings: Any) -> FoundationStack:
    context = DeploymentContext(blueprint="foundation", network=network)
    return FoundationStack(app, "shared", settings=FoundationSettings(network=network, **settings), context=context)


@pytest.fixture(scope="module")
def defaults(new_app: Callable[[], cdk.App]) -> Template:
    return Template.from_stack(define(new_app()))


def parameters(template: Template) -> set[str]:
    prefix = "/ml-blueprints/shared/"
    return {each["Properties"]["Name"].removeprefix(prefix) for each in template.find_resources("AWS::SSM::Parameter").values()}


@pytest.mark.parametrize("name", ["minimal", "comprehensive"])
def test_the_template_means_what_it_meant(name: str, template_snapshot: SnapshotAssertion) -> None:
    assert templates.sample(f"foundation/{name}").templates["foundation"] == template_snapshot


def test_it_publishes_what_others_share(defaults: Template) -> None:
    assert parameters(defaults) == PUBLISHED
    assert set(defaults.to_json()["Outputs"]) == {"KeyArn", "AccessLogBucket", "AlarmTopicArn"}


def test_it_has_a_network_with_the_endpoints_of_the_catalogue(defaults: Template) -> None:
    defaults.resource_count_is("AWS::EC2::VPC", 1)
    endpoints = defaults.find_resources("AWS::EC2::VPCEndpoint", {"Properties": {"VpcEndpointType": "Interface"}})
    names = sorted(each["Properties"]["ServiceName"]["Fn::Join"][1][-1] for each in endpoints.values())
    assert names == [".comprehend", ".sqs", ".states", ".textract"]


def test_it_has_a_trail_with_alarms(defaults: Template) -> None:
    defaults.resource_count_is("AWS::CloudTrail::Trail", 1)
    defaults.resource_count_is("AWS::CloudWatch::Alarm", 4)
    defaults.all_resources_properties("AWS::CloudWatch::Alarm", {"Namespace": "MlBlueprints/shared"})


def test_there_is_no_network_where_the_organisation_has_one(app: cdk.App) -> None:
    template = Template.from_stack(define(app, network="none"))
    template.resource_count_is("AWS::EC2::VPC", 0)
    assert not any(name.startswith("network/") for name in parameters(template))


def test_others_find_its_endpoints_unless_it_has_no_network() -> None:
    assert FoundationSettings().shared_endpoints == ("comprehend", "sqs", "states", "textract")
    assert FoundationSettings(network="none").shared_endpoints == ()


def test_there_is_no_trail_where_the_organisation_has_one(app: cdk.App) -> None:
    template = Template.from_stack(define(app, audit=None))
    template.resource_count_is("AWS::CloudTrail::Trail", 0)
    template.resource_count_is("AWS::CloudWatch::Alarm", 0)


def test_the_network_is_as_the_settings_describe_it(app: cdk.App) -> None:
    zones = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
    network = SharedNetworkSettings(cidr="10.7.0.0/18", availability_zones=zones, endpoints=("sqs",), efa=True)
    template = Template.from_stack(define(app, shared_network=network))
    template.has_resource_properties("AWS::EC2::VPC", {"CidrBlock": "10.7.0.0/18"})
    assert sorted(each["Properties"]["AvailabilityZone"] for each in template.find_resources("AWS::EC2::Subnet").values()) == list(zones)
    template.resource_count_is("AWS::EC2::VPCEndpoint", 3)
    template.has_resource_properties("AWS::EC2::SecurityGroup", {"GroupDescription": Match.string_like_regexp("Elastic Fabric")})


def test_the_trail_is_as_the_settings_describe_it(app: cdk.App) -> None:
    audit = AuditSettings(retention_days=400, lock_days=365, buckets=("documents",))
    template = Template.from_stack(define(app, audit=audit, log_retention_days=731))
    selector = {"DataResources": [{"Type": "AWS::S3::Object", "Values": Match.any_value()}]}
    template.has_resource_properties("AWS::CloudTrail::Trail", {"EventSelectors": [Match.object_like(selector)]})
    template.has_resource_properties("AWS::S3::Bucket", {"ObjectLockEnabled": True})
    template.all_resources_properties("AWS::Logs::LogGroup", {"RetentionInDays": 731})


def test_everything_can_go_with_the_deployment(app: cdk.App) -> None:
    template = Template.from_stack(define(app, data_on_removal="destroy")).to_json()
    assert not [name for name, resource in template["Resources"].items() if resource.get("DeletionPolicy") not in (None, "Delete")]


@pytest.mark.parametrize("settings", [{}, {"data_on_removal": "destroy", "alarm_emails": ("a@example.com",)}], ids=["defaults", "all"])
def test_no_rule_of_any_pack_is_left_unmet_or_unexplained(app: cdk.App, settings: dict[str, Any]) -> None:
    define(app, shared_network=SharedNetworkSettings(efa=True), **settings)
    assert rule_findings(app) == {}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"network": "foundation"}, "network"),
        ({"audit": {"lock_days": 366, "retention_days": 365}}, "lock_days must be at most retention_days \\(365\\), got 366"),
        ({"data_on_removal": "destroy", "audit": {"lock_days": 1}}, "audit.lock_days must be left out when data_on_removal is destroy"),
        ({"shared_network": {"max_azs": 1}}, "max_azs"),
        ({"shared_network": {"cidr": "10.0.0.0/8"}}, "cidr"),
        ({"shared_network": {"endpoints": ("textrakt",)}}, "endpoint must be one of athena"),
        ({"audit": {"buckets": ("Not a bucket",)}}, "buckets"),
    ],
)
def test_rejects_settings_that_cannot_be(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        FoundationSettings(**settings)
