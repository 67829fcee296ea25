"""The three rules that every installation starts with."""
