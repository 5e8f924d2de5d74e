"""Trains the models of ``samples/models``, small ones, on data that is made up here or comes with scikit-learn."""
