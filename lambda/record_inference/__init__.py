"""Records what became of inferences."""
