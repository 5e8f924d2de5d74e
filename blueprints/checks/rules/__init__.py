"""Rules over synthesised templates, one a known failure of deployments, each named after the public issue that tells of it."""

from blueprints.checks.rules import (
    dangling_reference,
    efa_self_egress,
    hard_coded_partition,
    log_group,
    metric_filters,
    physical_name,
    policy_size,
    retained_capacity,
    role_policy_order,
    scaling_metric,
    scaling_order,
    volume_key,
)
from blueprints.checks.rules.finding import Finding, Rule, Template

RULES: tuple[Rule, ...] = (
    dangling_reference.check,
    efa_self_egress.check,
    hard_coded_partition.check,
    log_group.check,
    metric_filters.check,
    physical_name.check,
    policy_size.check,
    retained_capacity.check,
    role_policy_order.check,
    scaling_metric.check,
    scaling_order.check,
    volume_key.check,
)

__all__ = ["RULES", "Finding", "Rule", "Template"]
