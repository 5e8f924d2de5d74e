"""An AWS on loopback, for trying blueprints without an account."""
