"""What the functions that have language models write text share."""
