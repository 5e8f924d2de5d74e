"""Batch transform: many records at once."""
