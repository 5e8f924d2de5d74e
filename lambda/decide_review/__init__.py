"""Serves the review API."""
