"""What the functions of async-inference share."""
