"""Protected facts: what a target registered of herself, found in the stream without being known."""
