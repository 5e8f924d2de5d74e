"""Frees a knowledge base after a run that could not do so itself."""
