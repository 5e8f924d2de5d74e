"""Has one of many models make predictions for callers of its tenant."""
