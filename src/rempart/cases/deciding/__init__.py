"""Deciding: what a person decides, states, answers, and looks at again."""
