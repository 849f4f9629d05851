"""Products that people own, emulated from the same documents, without a line of their codecs."""
