"""Answers a question while the answer is being written."""
