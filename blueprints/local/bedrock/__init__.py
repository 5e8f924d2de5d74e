"""The parts of Bedrock that keep what they are told: guardrails, inference profiles, knowledge bases and their sources."""
