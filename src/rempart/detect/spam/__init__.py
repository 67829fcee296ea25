"""Spam: advertising, links heaped up, and the same again and again within one message."""
