"""Measures and shields by hand, and taking them back."""
