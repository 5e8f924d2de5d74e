"""What the functions of document-analysis share."""
