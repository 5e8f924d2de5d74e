"""SageMaker's hosting: containers that load a model with its real framework."""
