"""Tells what came of an ingestion job."""
