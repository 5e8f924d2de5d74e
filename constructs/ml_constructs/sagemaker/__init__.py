"""Amazon SageMaker AI: instance types, container images, and ways to serve models."""
