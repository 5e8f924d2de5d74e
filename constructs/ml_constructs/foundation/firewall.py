"""A web application firewall in front of one stage of an API."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from ml_constructs.foundation.handler_function import HandlerDefaults
from ml_constructs.foundation.stack_ids import stack_guid

COMMON_RULES = "AWSManagedRulesCommonRuleSet"
MANAGED_RULES = (COMMON_RULES, "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesAmazonIpReputationList")
LARGE_BODY = "SizeRestrictions_BODY"
"""Refuses bodies of more than 8 KB."""
BODY_RULES = ("CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY", LARGE_BODY)
"""All of ``COMMON_RULES`` that look at bodies: they take texts with code, paths or addresses in them for attacks on a website."""
LOWEST_LIMIT, HIGHEST_LIMIT = 10, 2_000_000_000
Rule = wafv2.CfnWebACL.RuleProperty


@dataclass(frozen=True, kw_only=True)
class Filtering:
    """What a firewall is told of the requests that it will see.

    Args:
        name: What they are for, in its metrics.
        counted: Rules of ``COMMON_RULES`` that count requests instead of refusing them, such as ``LARGE_BODY``.
        hide_bodies: Keeps what rules found in bodies out of its logs.
        hidden_headers: Headers that its logs leave out beside ``Authorization``, in lower case.

    See https://docs.aws.amazon.com/waf/latest/developerguide/data-protection-masking.html
    """

    name: str
    counted: tuple[str, ...] = ()
    hide_bodies: bool = False
    hidden_headers: tuple[str, ...] = ()


class Firewall(Construct):
    """AWS's rules against common attacks, and a limit on requests per address; logs without credentials.

    Args:
        stage: What is protected.
        filtering: What it is told of the requests.
        requests_per_address: Taken from one address in five minutes, 10 to 2,000,000,000.
        defaults: The key of the log, and how long it is kept.

    Raises:
        ValueError: A limit that WAF doesn't have.

    See https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html and
    https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: apigateway.Stage,
        filtering: Filtering,
        requests_per_address: int,
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        if not LOWEST_LIMIT <= requests_per_address <= HIGHEST_LIMIT:
            raise ValueError(f"requests_per_address must be {LOWEST_LIMIT} to {HIGHEST_LIMIT}, got {requests_per_address}")
        rules = [_managed(name, priority, filtering.counted) for priority, name in enumerate(MANAGED_RULES, 1)]
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            data_protection_config=_hidden_bodies() if filtering.hide_bodies else None,
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            rules=[_rate_limit(requests_per_address), *rules],
            scope="REGIONAL",
            visibility_config=_visibility(filtering.name),
        )
        self.association = wafv2.CfnWebACLAssociation(self, "Association", resource_arn=stage.stage_arn, web_acl_arn=self.acl.attr_arn)
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=defaults.key,
            # WAF demands the prefix; the rest tells deployments apart, those of the same name one after the other as well.
            log_group_name=f"aws-waf-logs-{stack_guid()}",
            removal_policy=defaults.removal_policy,
            retention=defaults.log_retention,
        )
        self.logging = wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            log_destination_configs=[self._destination()],
            redacted_fields=[_header(name) for name in ("authorization", *filtering.hidden_headers)],
            resource_arn=self.acl.attr_arn,
        )

    def _destination(self) -> str:
        """The ARN as WAF takes it: without the end that stands for streams."""
        return Stack.of(self).format_arn(
            service="logs", resource="log-group", resource_name=self.log_group.log_group_name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )


def _header(name: str) -> wafv2.CfnLoggingConfiguration.FieldToMatchProperty:
    return wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": name})


def _rate_limit(requests: int) -> Rule:
    rate = wafv2.CfnWebACL.RateBasedStatementProperty(aggregate_key_type="IP", limit=requests)
    return Rule(
        name="Rate",
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        priority=0,
        statement=wafv2.CfnWebACL.StatementProperty(rate_based_statement=rate),
        visibility_config=_visibility("Rate"),
    )


def _managed(name: str, priority: int, counted: Sequence[str]) -> Rule:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    overrides = [wafv2.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count) for rule in counted]
    group = wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
        name=name, vendor_name="AWS", rule_action_overrides=overrides if name == COMMON_RULES and overrides else None
    )
    return Rule(
        name=name,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        priority=priority,
        statement=wafv2.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_visibility(name),
    )


def _hidden_bodies() -> wafv2.CfnWebACL.DataProtectionConfigProperty:
    body = wafv2.CfnWebACL.FieldToProtectProperty(field_type="BODY")
    return wafv2.CfnWebACL.DataProtectionConfigProperty(
        data_protections=[wafv2.CfnWebACL.DataProtectProperty(action="SUBSTITUTION", field=body)]
    )


def _visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False)
