"""Sets the PDF documents of ``samples/knowledge-base-rag``: invented people and companies only."""
