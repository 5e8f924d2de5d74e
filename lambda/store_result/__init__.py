"""Stores the result and indexes it."""
