"""A telephone line at a provider that speaks as Twilio does: messages in by webhook, replies out.

`form.py` checks a webhook and makes a message of it, `twiml.py` writes the answer, `segments.py`
says what a text costs, `api.py` sends replies later, `settings.py` reads `[lines.NAME]`.
"""
