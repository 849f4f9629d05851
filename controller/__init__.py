"""Plays programs, listens to the body, changes its mind."""
