"""Capture of one public page on request: what a server answered, and what a reader saw of it.

`take.capture_page` is the door. Off unless `[capture]` says otherwise; nothing here knows a case.
"""
