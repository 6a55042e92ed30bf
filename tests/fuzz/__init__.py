"""Fuzzing of every reader: `make fuzz`, and a short part of it that is the same each time."""
