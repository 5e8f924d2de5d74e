"""Amazon Bedrock: knowledge bases, guardrails, inference profiles and invocation logs."""
