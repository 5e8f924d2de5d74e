"""Has a language model write a text, all at once."""
