"""The CloudFormation custom resource: makes the table on creation and updates, and drops it on deletion where that is asked for."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

import custom_resources
from prepare_vector_table.logic import Table, drop, prepare


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Prepares the table that the properties describe; another cluster or name makes CloudFormation delete the one before."""
    properties = event["ResourceProperties"]

    def work() -> dict[str, str]:
        table = Table(
            cluster_arn=properties["ClusterArn"],
            secret_arn=properties["SecretArn"],
            database=properties["Database"],
            schema=properties["Schema"],
            name=properties["Table"],
            dimensions=int(properties["Dimensions"]),
        )
        if event["RequestType"] != "Delete":
            prepare(table, seconds_left=lambda: context.get_remaining_time_in_millis() / 1000)
        elif properties["OnDelete"] == "drop":
            drop(table, seconds_left=lambda: context.get_remaining_time_in_millis() / 1000)
        return {}

    physical_id = f"{properties['ClusterArn']}/{properties['Schema']}.{properties['Table']}"
    custom_resources.run(event, context, physical_id=physical_id, work=work)
