"""Properties of shapes take as long as they take: a busy machine makes none of them wrong."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
