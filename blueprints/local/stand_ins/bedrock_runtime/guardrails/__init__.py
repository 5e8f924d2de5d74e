"""Guardrails, evaluated as they are stored, by rules, by word lists and by nearness in meaning."""
