"""The commands, one file for each noun; each function returns what it has to say."""
