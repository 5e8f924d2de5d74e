"""A network without a way to the internet."""

from collections.abc import Sequence

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from ml_constructs.foundation.compliance import acknowledge, standard_rules
from ml_constructs.foundation.endpoints import account_statement, ecr_layers_statement, endpoint_policy, endpoint_service
from ml_constructs.foundation.flow_logs import FlowLogs
from ml_constructs.foundation.handler_function import HandlerDefaults, Placement
from ml_constructs.foundation.vpc_guard import VpcGuard

HTTPS = ec2.Port.tcp(443)
MAX_AZS = (1, 6)


class Network(Construct):
    """Isolated subnets, gateways to S3 and DynamoDB, and exactly the interface endpoints asked for.

    Nothing leads to the internet: no gateway, no NAT. Members of ``clients`` reach the endpoints and gateways over HTTPS and nothing
    else; the endpoints are reached by them and nobody else. Policies let identities of this account through, to resources of this account.

    Args:
        endpoints: Names of AWS services as in ``ENDPOINTS``.
        defaults: Key, retention and removal policy of the flow logs.
        max_azs: Availability zones, 1 to 6; an interface endpoint costs by the hour in each.
        availability_zones: The zones by name, for services whose endpoints some zones lack; the region's first ``max_azs`` when left out.
        cidr: Addresses of the VPC.
        efa: Whether to add ``efa_security_group`` for instances that talk over Elastic Fabric Adapter.

    Raises:
        ValueError: A name that is no endpoint or stands twice, or a number of zones that isn't allowed.

    See https://docs.aws.amazon.com/vpc/latest/privatelink/what-is-privatelink.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoints: Sequence[str],
        defaults: HandlerDefaults,
        max_azs: int = 2,
        availability_zones: Sequence[str] = (),
        cidr: str = "10.0.0.0/16",
        efa: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        if not MAX_AZS[0] <= max_azs <= MAX_AZS[1]:
            raise ValueError(f"max_azs must be from {MAX_AZS[0]} to {MAX_AZS[1]}, got {max_azs}")
        if twice := sorted({name for name in endpoints if list(endpoints).count(name) > 1}):
            raise ValueError(f"endpoints must be named once, got {', '.join(twice)} more than once")
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            availability_zones=list(availability_zones) or [Fn.select(zone, Fn.get_azs()) for zone in range(max_azs)],
            create_internet_gateway=False,
            ip_addresses=ec2.IpAddresses.cidr(cidr),
            nat_gateways=0,
            restrict_default_security_group=False,
            subnet_configuration=[ec2.SubnetConfiguration(name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)],
        )
        closed = "The guard takes the rules out of the default group at deployment."
        acknowledge(self.vpc, standard_rules("VPCDefaultSecurityGroupClosed"), closed)
        self.guard = VpcGuard(self, "Guard", vpc=self.vpc, defaults=defaults)
        self.flow_logs = FlowLogs(self, "FlowLogs", vpc=self.vpc, defaults=defaults)
        self.clients = self._group("Clients", "Functions and jobs that call AWS services")
        self.endpoint_group = self._group("Endpoints", "Interface endpoints, reached by the clients only")
        self._allow_https()
        self.s3_gateway = self._gateway("S3", ec2.GatewayVpcEndpointAwsService.S3)
        self.dynamodb_gateway = self._gateway("DynamoDb", ec2.GatewayVpcEndpointAwsService.DYNAMODB)
        if "ecr.dkr" in endpoints:
            self.s3_gateway.add_to_policy(ecr_layers_statement(self))
        self.endpoints = {name: self._endpoint(name) for name in endpoints}
        self.efa_security_group = self._efa_group() if efa else None
        self.placement = Placement(
            vpc=self.vpc, subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED), security_groups=(self.clients,)
        )

    def _group(self, construct_id: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(self, construct_id, vpc=self.vpc, allow_all_outbound=False, description=description)

    def _allow_https(self) -> None:
        self.endpoint_group.add_ingress_rule(self.clients, HTTPS, "HTTPS from the clients")
        self.clients.add_egress_rule(self.endpoint_group, HTTPS, "HTTPS to the interface endpoints")
        self.clients.add_egress_rule(ec2.Peer.prefix_list(self.guard.s3_prefix_list), HTTPS, "HTTPS to S3 by the gateway")
        self.clients.add_egress_rule(ec2.Peer.prefix_list(self.guard.dynamodb_prefix_list), HTTPS, "HTTPS to DynamoDB by the gateway")

    def _gateway(self, construct_id: str, service: ec2.GatewayVpcEndpointAwsService) -> ec2.GatewayVpcEndpoint:
        gateway = self.vpc.add_gateway_endpoint(f"{construct_id}Gateway", service=service)
        gateway.add_to_policy(account_statement(self, own_resources=True))
        return gateway

    def _endpoint(self, name: str) -> ec2.InterfaceVpcEndpoint:
        construct_id = "".join(part.capitalize() for part in name.replace(".", "-").split("-"))
        endpoint = self.vpc.add_interface_endpoint(
            construct_id, service=endpoint_service(name), open=False, private_dns_enabled=True, security_groups=[self.endpoint_group]
        )
        endpoint.add_to_policy(endpoint_policy(self, name))
        return endpoint

    def _efa_group(self) -> ec2.SecurityGroup:
        group = self._group("Efa", "Instances that talk to each other over Elastic Fabric Adapter")
        group.add_ingress_rule(group, ec2.Port.all_traffic(), "Everything from members of the group")
        group.add_egress_rule(group, ec2.Port.all_traffic(), "Everything to members of the group, which EFA demands by name")
        reason = "EFA demands that members of the group reach each other on every port; nobody else reaches them."
        acknowledge(group, standard_rules("EC2RestrictedCommonPorts"), reason)
        return group
