"""Has a knowledge base brought up to date when its documents have changed."""
