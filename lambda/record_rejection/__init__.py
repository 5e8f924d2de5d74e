"""Records a document that was refused or failed."""
