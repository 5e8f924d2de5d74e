"""The deployable blueprints, one a file: its settings model and its stack."""
