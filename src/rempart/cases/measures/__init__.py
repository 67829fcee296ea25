"""Measures in the hands of people: taken, and taken back."""
