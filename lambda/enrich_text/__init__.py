"""Finds language, entities, key phrases and personal data in the text."""
