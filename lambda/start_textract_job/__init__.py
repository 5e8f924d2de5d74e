"""Starts an analysis whose end Textract announces."""
