"""Empties a bucket that is about to be deleted with its stack."""
