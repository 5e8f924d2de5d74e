"""Asks people to check the fields that Textract was unsure of."""
