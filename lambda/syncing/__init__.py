"""What the functions that keep a knowledge base in step with its documents share."""
