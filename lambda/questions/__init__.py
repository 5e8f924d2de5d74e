"""What the functions that answer questions from a knowledge base share."""
