"""Simulates how what a template defines scales under traffic, without deploying it."""
