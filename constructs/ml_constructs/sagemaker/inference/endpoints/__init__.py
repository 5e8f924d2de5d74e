"""Endpoints on instances and without, and what is seen of them."""
