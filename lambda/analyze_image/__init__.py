"""Analyses a single-page document at once."""
