"""Trying blueprints: deploy to an AWS inside this machine, send input through, show what came out, remove it."""
