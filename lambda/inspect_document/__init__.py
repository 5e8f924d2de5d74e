"""Decides, before anything billable, whether and how a document is analysed."""
