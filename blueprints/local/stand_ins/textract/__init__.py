"""Textract's operations, answered by text recognition and by the geometry of the page."""
