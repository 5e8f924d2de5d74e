"""Checks what is to be transformed, and starts one execution for it."""
