"""Wakes the task that waits for a Textract job."""
