"""Starts one execution per uploaded document."""
