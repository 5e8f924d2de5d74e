"""Bedrock, answered by sentences of the request and by a small model that comes in a wheel."""
