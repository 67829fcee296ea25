"""Raids: see the coordination, name the members, spare the innocent."""
