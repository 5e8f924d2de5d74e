"""Stands in for SageMaker's endpoints: models answer that were really deployed, with their real framework."""
