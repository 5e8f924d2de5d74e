"""State machines whose states are plain data."""

import json
from collections.abc import Mapping
from typing import Any, cast

from aws_cdk import ArnFormat, Aws, Names, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from ml_constructs.foundation.handler_function import HandlerDefaults
from ml_constructs.foundation.roles import allow_matching, allow_unscoped, service_role
from ml_constructs.foundation.stack_ids import stack_guid
from ml_constructs.foundation.states import INTEGRATIONS

LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
TRACE = ("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments")
MAX_NAME_LENGTH = 80
Conditions = dict[str, dict[str, Any]]


class Workflow(Construct):
    """A standard state machine: traced, encrypted, and logged without the data of its executions.

    ``role`` may log, trace, and use the key for this state machine; what the states call has to be granted to it.

    Args:
        definition: In Amazon States Language, with ``${Name}`` for what is known at deployment.
        substitutions: What stands for those names, beside the integrations of ``INTEGRATIONS``.
        defaults: The key, and how long logs are kept.

    See https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html and
    https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        definition: Mapping[str, Any],
        substitutions: Mapping[str, str],
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        # The name is derived from the stack's, so that role and key can name the one state machine before it exists.
        name = Names.unique_resource_name(self, max_length=MAX_NAME_LENGTH, separator="-")
        self.arn = Stack.of(self).format_arn(
            service="states", resource="stateMachine", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        self.role = service_role(self, "Role", service="states.amazonaws.com", source_arn=self.arn)
        self._key = defaults.key
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=defaults.key,
            log_group_name=f"/aws/vendedlogs/states/{name}-{stack_guid()}",
            retention=defaults.log_retention,
            removal_policy=defaults.removal_policy,
        )
        self._allow_operation()
        text = json.dumps(definition)
        integrations = {name: f"arn:{Aws.PARTITION}:states:::{target}" for name, target in INTEGRATIONS.items() if f"${{{name}}}" in text}
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_string(text),
            definition_substitutions={**integrations, **substitutions},
            logs=sfn.LogOptions(destination=self.log_group, include_execution_data=False, level=sfn.LogLevel.ALL),
            role=self.role.without_policy_updates(),
            state_machine_name=name,
            tracing_enabled=True,
        )
        self.machine.node.add_dependency(self.role)
        if defaults.key is not None:
            # The children of a distributed map are executions of a machine of their own, called after the map's label.
            labels = [f"{self.arn}/{state['Label']}" for state in definition["States"].values() if "Label" in state]
            self._encrypt(defaults.key, _context("aws:states:stateMachineArn", [self.arn, *labels] if labels else self.arn))

    def grant_answer(self, role: iam.IRole) -> None:
        """Lets ``role`` answer the tasks of this state machine that wait; by its name, so that its tasks may invoke what has the role."""
        role.add_to_principal_policy(iam.PolicyStatement(actions=["states:SendTaskSuccess"], resources=[self.arn]))

    def grant_read(self, role: iam.Role) -> None:
        """Lets ``role`` see the executions of this state machine with their input and output."""
        executions = f"{self.arn.replace(':stateMachine:', ':execution:')}:*"
        allow_matching(
            role, ["states:DescribeExecution"], [executions], "Executions are named when they start; all are of this state machine."
        )
        if self._key is not None:
            own = _context("aws:states:stateMachineArn", self.arn)
            role.add_to_policy(iam.PolicyStatement(actions=["kms:Decrypt"], resources=[self._key.key_arn], conditions=own))

    def _allow_operation(self) -> None:
        allow_unscoped(self.role, LOG_DELIVERY, "CloudWatch Logs defines no resources for the delivery of vended logs.")
        allow_unscoped(self.role, TRACE, "X-Ray defines no resource that a trace segment could be written to.")

    def _encrypt(self, key: kms.IKey, own: Conditions) -> None:
        # Through the L1: the L2 would let the log delivery of every account use the key.
        cast(
            "sfn.CfnStateMachine", self.machine.node.default_child
        ).encryption_configuration = sfn.CfnStateMachine.EncryptionConfigurationProperty(
            type="CUSTOMER_MANAGED_KMS_KEY", kms_key_id=key.key_arn
        )
        logs_of_account = _context(
            "SourceArn", Stack.of(self).format_arn(service="logs", resource="*", arn_format=ArnFormat.NO_RESOURCE_NAME)
        )
        resources = [key.key_arn]
        self.role.add_to_policy(iam.PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=resources, conditions=own))
        self.role.add_to_policy(iam.PolicyStatement(actions=["kms:GenerateDataKey"], resources=resources, conditions=logs_of_account))
        delivery = iam.ServicePrincipal("delivery.logs.amazonaws.com")
        key.add_to_resource_policy(
            iam.PolicyStatement(principals=[delivery], actions=["kms:Decrypt"], resources=["*"], conditions=logs_of_account)
        )


def _context(name: str, value: str | list[str]) -> Conditions:
    return {"StringEquals": {f"kms:EncryptionContext:{name}": value}}
