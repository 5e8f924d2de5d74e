"""Capacity of OpenSearch Serverless that goes to zero."""

from dataclasses import dataclass

from aws_cdk import aws_opensearchserverless as aoss
from constructs import Construct

from ml_constructs.bedrock.opensearch_policies import MAX_NAME
from ml_constructs.bedrock.unique_names import lasting_name


@dataclass(frozen=True, kw_only=True)
class ScaleToZero:
    """Capacity that goes away after 10 idle minutes and takes 10 to 30 seconds to come back.

    Args:
        max_capacity_units: The most OpenSearch Compute Units for searching, and again for indexing: 1, 2, 4, 8, 16 or a multiple of 16.

    Raises:
        ValueError: Another number.

    See https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-scale-to-zero.html and
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/collection-groups-capacity-limits.html
    """

    max_capacity_units: int = 8

    def __post_init__(self) -> None:
        units = self.max_capacity_units
        if units not in (1, 2, 4, 8) and (units < 1 or units % 16):
            raise ValueError(f"max_capacity_units must be 1, 2, 4, 8, 16 or a multiple of 16, got {units}")


def collection_group(scope: Construct, construct_id: str, scale_to_zero: ScaleToZero) -> aoss.CfnCollectionGroup:
    """A group for one collection, whose second availability zone can't be left out.

    Args:
        scope: Where the group is defined.
        construct_id: Its id there.
        scale_to_zero: How large it may grow.
    """
    most = scale_to_zero.max_capacity_units
    limits = aoss.CfnCollectionGroup.CapacityLimitsProperty(
        max_indexing_capacity_in_ocu=most, max_search_capacity_in_ocu=most, min_indexing_capacity_in_ocu=0, min_search_capacity_in_ocu=0
    )
    name = lasting_name(scope, construct_id, max_length=MAX_NAME)
    return aoss.CfnCollectionGroup(scope, construct_id, name=name, capacity_limits=limits, generation="NEXTGEN", standby_replicas="ENABLED")
