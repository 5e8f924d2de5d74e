"""Evaluating blueprints that answer questions: labelled questions in, figures of retrieval and answers out."""
