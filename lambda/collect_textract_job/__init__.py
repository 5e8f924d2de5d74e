"""Fetches what a Textract job found."""
