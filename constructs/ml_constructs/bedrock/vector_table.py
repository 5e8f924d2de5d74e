"""The table of vectors in a database, for which CloudFormation has no type."""

from dataclasses import replace

from aws_cdk import CustomResource, Duration, RemovalPolicy
from constructs import Construct

from ml_constructs.bedrock.aurora_cluster import DATABASE, AuroraCluster
from ml_constructs.foundation import HandlerDefaults, HandlerFunction

SCHEMA = "bedrock_integration"
TIMEOUT = Duration.minutes(10)


class VectorTable(Construct):
    """A table with the columns and indexes that knowledge bases need, made through the Data API once the database takes statements.

    Args:
        cluster: Where the table lies.
        name: Its name; another one makes another table.
        dimensions: Length of a vector.
        defaults: Key, log retention and removal policy of the function that makes the table.
        removal_policy: ``DESTROY`` drops the table when it is replaced, or goes with the stack.

    See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.VectorDB.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: AuroraCluster,
        name: str,
        dimensions: int,
        defaults: HandlerDefaults,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = f"{SCHEMA}.{name}"
        self.function = HandlerFunction(
            self,
            "Function",
            package="prepare_vector_table",
            shared=["custom_resources"],
            # CloudFormation waits at an address that a network without a way out doesn't lead to.
            defaults=replace(defaults, placement=None, dead_letters=None),
            timeout=TIMEOUT,
            memory_mb=256,
        )
        role = self.function.execution_role
        cluster.grant_statements(role, "ExecuteStatement")
        self.resource = CustomResource(
            self,
            "Resource",
            properties={
                "ClusterArn": cluster.arn,
                "Database": DATABASE,
                "Dimensions": str(dimensions),
                "OnDelete": "drop" if removal_policy is RemovalPolicy.DESTROY else "keep",
                "Schema": SCHEMA,
                "SecretArn": cluster.secret_arn,
                "Table": name,
            },
            resource_type="Custom::VectorTable",
            service_timeout=TIMEOUT.plus(Duration.minutes(1)),
            service_token=self.function.function_arn,
        )
        self.resource.node.add_dependency(role, cluster)
