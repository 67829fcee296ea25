"""Mastodon: posts in by its streams, reports in by polling or webhook, measures out by the admin
API.

`measures.py` applies and takes back; `stream.py` and `reports.py` read; `posts.py` turns what they
read into messages, events and reports; `api.py` is how an instance is spoken to.
"""
