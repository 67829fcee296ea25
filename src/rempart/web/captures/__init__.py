"""Captures of public pages, carried out: what was asked for is taken one after the other."""
