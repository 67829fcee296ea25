"""The rules of the community and what the text detector learned here."""
