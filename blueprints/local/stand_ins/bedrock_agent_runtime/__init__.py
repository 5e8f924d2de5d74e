"""Stands in for the retrieval of Amazon Bedrock Knowledge Bases."""
