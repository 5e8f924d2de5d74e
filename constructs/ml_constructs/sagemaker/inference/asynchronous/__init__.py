"""Endpoints that work requests off from a queue."""
