"""Curves of other tools: what they can carry is carried, what they cannot is listed."""
