"""Rules over synthesised templates, one a known failure of deployments."""
