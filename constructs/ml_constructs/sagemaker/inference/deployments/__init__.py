"""How something new takes over."""
