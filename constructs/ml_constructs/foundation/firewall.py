"""A web application firewall in front of one stage of an API."""

from aws_cdk import ArnFormat, Aws, Fn, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults

MANAGED_RULES = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesAmazonIpReputationList")
LARGE_BODY = "SizeRestrictions_BODY"
REQUESTS_PER_FIVE_MINUTES = 1000
Rule = wafv2.CfnWebACL.RuleProperty


class ReviewFirewall(Construct):
    """AWS's rules against common attacks, and a limit on requests per address; logs without credentials.

    Args:
        stage: What is protected.
        defaults: The key of the log, and how long it is kept.

    See https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: apigateway.Stage, defaults: HandlerDefaults) -> None:
        super().__init__(scope, construct_id)
        rules = [_managed(name, priority) for priority, name in enumerate(MANAGED_RULES, 1)]
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            rules=[_rate_limit(), *rules],
            scope="REGIONAL",
            visibility_config=_visibility("Reviews"),
        )
        self.association = wafv2.CfnWebACLAssociation(self, "Association", resource_arn=stage.stage_arn, web_acl_arn=self.acl.attr_arn)
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=defaults.key,
            # WAF demands the prefix; the rest tells deployments apart, those of the same name one after the other as well.
            log_group_name=f"aws-waf-logs-{Fn.select(2, Fn.split('/', Aws.STACK_ID))}",
            removal_policy=defaults.removal_policy,
            retention=defaults.log_retention,
        )
        self.logging = wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            log_destination_configs=[self._destination()],
            redacted_fields=[wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": "authorization"})],
            resource_arn=self.acl.attr_arn,
        )

    def _destination(self) -> str:
        """The ARN as WAF takes it: without the end that stands for streams."""
        return Stack.of(self).format_arn(
            service="logs", resource="log-group", resource_name=self.log_group.log_group_name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )


def _rate_limit() -> Rule:
    rate = wafv2.CfnWebACL.RateBasedStatementProperty(aggregate_key_type="IP", limit=REQUESTS_PER_FIVE_MINUTES)
    return Rule(
        name="Rate",
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        priority=0,
        statement=wafv2.CfnWebACL.StatementProperty(rate_based_statement=rate),
        visibility_config=_visibility("Rate"),
    )


def _managed(name: str, priority: int) -> Rule:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    overrides = [wafv2.CfnWebACL.RuleActionOverrideProperty(name=LARGE_BODY, action_to_use=count)]
    group = wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
        name=name, vendor_name="AWS", rule_action_overrides=overrides if name == MANAGED_RULES[0] else None
    )
    return Rule(
        name=name,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        priority=priority,
        statement=wafv2.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_visibility(name),
    )


def _visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False)
