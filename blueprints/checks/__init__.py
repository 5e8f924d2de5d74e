"""Checks of synthesised templates: permissions and what breaks at deployment."""
