"""Alarms and dashboards."""

from ml_constructs.operations.alarms import Alarms
from ml_constructs.operations.dashboard import Dashboard

__all__ = ["Alarms", "Dashboard"]
