"""Draws the documents of ``samples/document-analysis``: invented people, companies and countries only."""
