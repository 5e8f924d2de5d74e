"""Reusable constructs for machine learning on AWS."""
