"""Answers a question, all at once."""
