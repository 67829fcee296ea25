"""The console: where moderators see what happens, and undo or confirm what the machine did.

Rules of this room:

1. A page is a screen (`screens.py`: what it shows), read from the tables by a pure function
   (`views.py`), drawn by a template. The JSON twin of a page is the same screen.
2. The text of a message is blurred until somebody asks for it. Nothing plays by itself.
3. Colour is never the only carrier; every action has a key and the key is written on the button.
4. Whatever came from outside is shown with its control characters visible (`shown`).
"""
