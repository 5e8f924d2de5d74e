"""Records of the connections in a VPC."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from ml_constructs.foundation.handler_function import HandlerDefaults
from ml_constructs.foundation.roles import service_role


class FlowLogs(Construct):
    """Logs every connection of a VPC, accepted or refused, to an encrypted log group.

    Args:
        vpc: The VPC.
        defaults: Key, retention and removal policy of the log group.

    See https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, defaults: HandlerDefaults) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self, "Logs", encryption_key=defaults.key, retention=defaults.log_retention, removal_policy=defaults.removal_policy
        )
        flow_logs = Stack.of(self).format_arn(service="ec2", resource="vpc-flow-log", resource_name="*")
        self.role = service_role(self, "Role", service="vpc-flow-logs.amazonaws.com", source_arn=flow_logs)
        self.flow_log = ec2.FlowLog(
            self,
            "FlowLog",
            resource_type=ec2.FlowLogResourceType.from_vpc(vpc),
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(self.log_group, self.role),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )
