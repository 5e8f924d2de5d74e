"""What the functions of batch-transform share."""
