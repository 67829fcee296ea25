"""Rempart: defence against online harassment."""

__version__ = "0.1.0"
