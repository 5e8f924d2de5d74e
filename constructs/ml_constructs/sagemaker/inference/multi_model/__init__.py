"""Many models behind one endpoint."""
