"""Pipelines on the AI services that AWS trains and runs."""
