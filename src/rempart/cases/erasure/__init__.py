"""Erasure: asked, held against, carried out; and what expires by itself."""
