"""What every blueprint stands on: keys, storage, network, functions, roles, audit and service status."""

from ml_constructs.foundation.compliance import acknowledge
from ml_constructs.foundation.handler_function import HandlerDefaults, HandlerFunction, Placement
from ml_constructs.foundation.keys import DataKey
from ml_constructs.foundation.roles import allow_unscoped, service_role
from ml_constructs.foundation.storage import AccessLogBucket, SecureBucket

__all__ = [
    "AccessLogBucket",
    "DataKey",
    "HandlerDefaults",
    "HandlerFunction",
    "Placement",
    "SecureBucket",
    "acknowledge",
    "allow_unscoped",
    "service_role",
]
