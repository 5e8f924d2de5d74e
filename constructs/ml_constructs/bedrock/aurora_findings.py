"""Why some rules don't fit the Aurora cluster of a knowledge base."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_rds as rds

from ml_constructs.foundation.compliance import acknowledge_all, standard_rules

PACKS = ("HIPAA.Security", "NIST.800.53.R5")
MONITORING = (
    "Its figures would go to a log group that the whole account shares, without key or end; "
    "Performance Insights shows the load instead, encrypted."
)
BACKUPS = "RDS keeps backups of the last 14 days, to any second; a backup plan beyond that belongs to the account."
DESTROYED = "The settings say that data goes with the stack, which a protected cluster would not; its vectors can be made again."


def explain(cluster: rds.DatabaseCluster, removal_policy: RemovalPolicy) -> None:
    """Says beside the cluster which rules it leaves unmet.

    Args:
        cluster: The cluster.
        removal_policy: What happens to it when the stack goes.
    """
    explained = {MONITORING: standard_rules("RDSEnhancedMonitoringEnabled", PACKS), BACKUPS: standard_rules("RDSInBackupPlan", PACKS)}
    if removal_policy is RemovalPolicy.DESTROY:
        protection = standard_rules("RDSInstanceDeletionProtectionEnabled", PACKS)
        explained[DESTROYED] = ["AwsSolutions::AwsSolutions-RDS10", *protection]
    acknowledge_all(cluster, explained)
