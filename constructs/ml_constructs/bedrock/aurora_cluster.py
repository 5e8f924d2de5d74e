"""An Aurora PostgreSQL cluster that is reached through the RDS Data API and no network."""

from typing import cast

from aws_cdk import Duration, RemovalPolicy, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from constructs import Construct

from ml_constructs.bedrock import aurora_findings
from ml_constructs.bedrock.aurora_capacity import AuroraCapacity
from ml_constructs.bedrock.kept_network import keep_network
from ml_constructs.bedrock.unique_names import content_hash, lasting_name
from ml_constructs.foundation import HandlerDefaults, Placement
from ml_constructs.foundation.grants import READ, grant_key

DATABASE = "vectors"
MAJOR_VERSION = "17"
PORT = 5433
BACKUPS = Duration.days(14)
ZONES = 2
MAX_NAME = 63


class AuroraCluster(Construct):
    """One serverless writer in isolated subnets, whose security group lets nothing in or out: the Data API needs no network.

    Storage is in three availability zones whatever the number of instances. RDS makes the password of the master user and changes it every
    seven days; identities may log in with IAM as well.

    Args:
        key: Encrypts storage, backups, log, password and Performance Insights.
        placement: Network with subnets in at least two availability zones; its security groups aren't used.
        capacity: How far it scales.
        defaults: How long the log is kept, and what happens to it when the stack goes.
        removal_policy: ``DESTROY`` deletes the cluster without a last snapshot; else it is kept, and protected from deletion. A network
            of the same app is kept with it, as far as it has to be: VPC and subnets.

    Raises:
        ValueError: Subnets in one zone only.

    See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html and
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        placement: Placement,
        capacity: AuroraCapacity,
        defaults: HandlerDefaults,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        _check_zones(placement)
        # RDS takes the name of the log from that of the cluster, and makes a log without key and end if there is none yet.
        name = lasting_name(self, key.key_arn, DATABASE, max_length=MAX_NAME)
        self.log_group = logs.LogGroup(
            self,
            "Log",
            encryption_key=key,
            log_group_name=f"/aws/rds/cluster/{name}/postgresql",
            retention=defaults.log_retention,
            removal_policy=defaults.removal_policy,
        )
        self.security_group = ec2.SecurityGroup(
            self, "Group", vpc=placement.vpc, allow_all_outbound=False, description="Aurora, which nothing connects to"
        )
        self._key = key
        self.identity = content_hash(self, key.key_arn, DATABASE)
        self.cluster = self._cluster(name, key, placement, capacity, removal_policy)
        self.cluster.node.add_dependency(self.log_group)
        # A cluster that is kept goes on using its group and its subnets, which AWS then doesn't delete.
        self.security_group.apply_removal_policy(removal_policy)
        if removal_policy is not RemovalPolicy.DESTROY:
            keep_network(placement.vpc)
        self.arn = self.cluster.cluster_arn
        self.secret_arn = _resource(self.cluster).attr_master_user_secret_secret_arn
        aurora_findings.explain(self.cluster, removal_policy)

    def grant_statements(self, role: iam.Role, *actions: str) -> None:
        """Lets ``role`` run statements as the master user.

        Args:
            role: Gets the permission.
            actions: Of the Data API, without ``rds-data:``.

        See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.access.html
        """
        role.add_to_policy(iam.PolicyStatement(actions=[f"rds-data:{action}" for action in actions], resources=[self.arn]))
        role.add_to_policy(iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[self.secret_arn]))
        grant_key(self._key, role, READ, service="secretsmanager")

    def _cluster(
        self, name: str, key: kms.IKey, placement: Placement, capacity: AuroraCapacity, removal_policy: RemovalPolicy
    ) -> rds.DatabaseCluster:
        writer = rds.ClusterInstance.serverless_v2(
            "Writer", enable_performance_insights=True, performance_insight_encryption_key=key, publicly_accessible=False
        )
        # Of the major version, RDS takes the minor one that it recommends, and upgrades it in maintenance windows.
        engine = rds.DatabaseClusterEngine.aurora_postgres(version=rds.AuroraPostgresEngineVersion.of(MAJOR_VERSION, MAJOR_VERSION))
        parameters = {"rds.force_ssl": "1"}
        cluster = rds.DatabaseCluster(
            self,
            "Cluster",
            engine=engine,
            backup=rds.BackupProps(retention=BACKUPS),
            cloudwatch_logs_exports=["postgresql"],
            cluster_identifier=name,
            copy_tags_to_snapshot=True,
            default_database_name=DATABASE,
            deletion_protection=removal_policy is not RemovalPolicy.DESTROY,
            enable_data_api=True,
            iam_authentication=True,
            manage_master_user_password=True,
            parameter_group=rds.ParameterGroup(self, "Parameters", engine=engine, parameters=parameters, removal_policy=removal_policy),
            port=PORT,
            removal_policy=removal_policy,
            security_groups=[self.security_group],
            serverless_v2_max_capacity=capacity.maximum,
            serverless_v2_min_capacity=capacity.minimum,
            storage_encryption_key=key,
            vpc=placement.vpc,
            vpc_subnets=placement.subnets,
            writer=writer,
        )
        _resource(cluster).master_user_secret = rds.CfnDBCluster.MasterUserSecretProperty(kms_key_id=key.key_arn)
        return cluster


def _resource(cluster: rds.DatabaseCluster) -> rds.CfnDBCluster:
    return cast("rds.CfnDBCluster", cluster.node.default_child)


def _check_zones(placement: Placement) -> None:
    chosen = placement.subnets
    subnets = placement.vpc.select_subnets(
        subnet_group_name=chosen.subnet_group_name, subnet_type=chosen.subnet_type, subnets=chosen.subnets
    ).subnet_ids
    if not Token.is_unresolved(subnets) and len(subnets) < ZONES:
        raise ValueError(f"placement must have subnets in at least {ZONES} availability zones, got {len(subnets)}")
