"""Stands in for the ingestion of Amazon Bedrock Knowledge Bases."""
