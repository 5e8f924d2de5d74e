"""The command line: `python -m blueprints`."""
