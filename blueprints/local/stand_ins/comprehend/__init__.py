"""Comprehend's operations, answered by rules, check digits and small models that come in wheels."""
