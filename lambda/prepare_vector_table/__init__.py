"""Makes the table of vectors that a knowledge base keeps in Aurora PostgreSQL, for CloudFormation."""
