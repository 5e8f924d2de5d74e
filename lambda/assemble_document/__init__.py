"""Turns Textract's responses into text, fields and tables."""
