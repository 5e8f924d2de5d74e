"""What the principals of templates need to be allowed."""
