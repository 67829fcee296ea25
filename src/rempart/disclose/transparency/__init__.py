"""The public transparency page: what everybody may know of how this place is moderated."""
