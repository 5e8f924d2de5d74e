"""Passes on what a language model writes while it writes."""
