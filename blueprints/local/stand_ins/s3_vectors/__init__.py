"""Stands in for S3 Vectors."""
