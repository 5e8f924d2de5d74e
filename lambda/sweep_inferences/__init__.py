"""Finds inferences that will get no answer any more."""
