"""Stands in for SageMaker's batch transform: objects are really read, judged and written."""
