"""Keys, storage, networks, functions, roles and audit: what every blueprint stands on."""
