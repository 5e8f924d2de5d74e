"""Reads handler packages: which AWS APIs they call, and with which parameters."""
