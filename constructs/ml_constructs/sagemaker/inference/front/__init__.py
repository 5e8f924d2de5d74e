"""The API and the function in front of endpoints."""
