"""Bytes on one side, typed words on the other. Knows the wire; knows no technique."""
