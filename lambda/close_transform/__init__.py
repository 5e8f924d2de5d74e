"""Cleans up after an execution that ended without doing so itself."""
