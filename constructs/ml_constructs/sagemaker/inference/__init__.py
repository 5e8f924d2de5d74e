"""Models of SageMaker and the endpoints and jobs that serve them."""
