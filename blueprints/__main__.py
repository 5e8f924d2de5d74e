"""Runs the command line."""

from blueprints.cli import app

if __name__ == "__main__":
    app(prog_name="python -m blueprints")
