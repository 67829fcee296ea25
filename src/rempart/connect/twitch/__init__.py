"""Twitch: chat in by EventSub or IRC, measures out by the Helix API.

`measures.py` applies and takes back; `eventsub.py` and `irc.py` read; `chat.py` turns what they
read into messages and events; `helix.py` and `token.py` are how Twitch is spoken to.
"""
