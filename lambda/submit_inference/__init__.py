"""Submits uploaded inputs to an asynchronous endpoint."""
