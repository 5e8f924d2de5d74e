"""How many instances or environments there are, and of which types."""
