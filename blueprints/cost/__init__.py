"""What things cost, as far as it is known."""
