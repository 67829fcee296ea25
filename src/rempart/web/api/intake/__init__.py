"""What comes in: messages, signed webhooks, telephone lines, photos."""
