"""Lets a function of a managed Python runtime stream its response."""
