"""Tells what came of a transform job."""
