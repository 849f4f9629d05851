"""Techniques written by people, compiled into programs for no device in particular."""
