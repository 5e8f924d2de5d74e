"""What every blueprint stands on: keys, storage, network, functions, roles, audit and service status."""

from ml_constructs.foundation.audit_trail import AuditTrail
from ml_constructs.foundation.compliance import acknowledge, attach_rules
from ml_constructs.foundation.handler_function import HandlerDefaults, HandlerFunction, Placement
from ml_constructs.foundation.keys import DataKey
from ml_constructs.foundation.network import Network
from ml_constructs.foundation.roles import allow_matching, allow_unscoped, service_role
from ml_constructs.foundation.service_status import check_service
from ml_constructs.foundation.storage import AccessLogBucket, SecureBucket
from ml_constructs.foundation.tagging import tag

__all__ = [
    "AccessLogBucket",
    "AuditTrail",
    "DataKey",
    "HandlerDefaults",
    "HandlerFunction",
    "Network",
    "Placement",
    "SecureBucket",
    "acknowledge",
    "allow_matching",
    "allow_unscoped",
    "attach_rules",
    "check_service",
    "service_role",
    "tag",
]
