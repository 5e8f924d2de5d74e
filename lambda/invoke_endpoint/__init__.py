"""Has an endpoint make predictions for callers of an API."""
