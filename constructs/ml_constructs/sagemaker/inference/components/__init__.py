"""Models and adapters that share the instances of an endpoint."""
