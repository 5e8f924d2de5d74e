"""What the functions in front of SageMaker endpoints share.

The handler of another kind is a function decorated with ``serving.served`` that checks its request by ``requests.parse``, reads a subclass
of ``settings.Settings``, asks by ``endpoint.invoke`` with its own ``target``, and returns the ``Prediction``; whatever it raises becomes an
error response.
"""
