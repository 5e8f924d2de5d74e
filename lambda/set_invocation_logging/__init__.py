"""Has Bedrock log the calls of models in an account and region, for one deployment, and puts back what it found."""
