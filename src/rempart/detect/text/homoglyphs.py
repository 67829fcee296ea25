"""Letters of other alphabets, and styled letters, that the eye reads as Latin ones.

Only look-alikes are named here: a Cyrillic letter with no Latin twin stays what it is, so that text
in another language is folded the same way wherever it appears. What Unicode itself calls a
compatibility form (fullwidth, mathematical, circled, superscript …) is not listed: NFKD undoes it.
"""

from __future__ import annotations

from typing import Final

# One line per Latin letter: every character of the value is read as the key.
_LOOKALIKES: Final[dict[str, str]] = {
    "a": "аАαΑɑᴀⱥȺꭺᗅ⍺",
    "b": "вВβΒьЬʙᏴƀɓƃᗷ",
    "c": "сСϲϹᴄⅽᏟƈȼ¢",
    "d": "ԁᴅᎠđĐɗƌɖ",
    "e": "еЕεΕєЄᴇɛɇᎬəǝ℮€",
    "f": "ғҒꜰƒϝϜẝ",
    "g": "ɡɢԌԍǥɠᏀց",
    "h": "һҺнНΗʜħĦᎻհ",
    "i": "іІιΙıɪɩƗɨіᎥⅰӀӏ",
    "j": "јЈϳᴊɉյᎫ",
    "k": "кКκΚᴋƙҝᏦĸ",
    "l": "ʟłŁɫɬƚᏞⅼ",
    "m": "мМΜᴍɱᎷⅿ",
    "n": "ηΝɴпПŋŊɲƞոռ",
    "o": "оОοΟσᴏøØɵօՕΘθƟ",
    "p": "рРρΡᴘþÞƥᏢ",
    "q": "ԛԚϙզգ",
    "r": "гГʀɾɽᎡяЯ",
    "s": "ѕЅꜱʂᏚՏșƽ",
    "t": "тТτΤᴛŧŦƭʈᎢ",
    "u": "υᴜʉմսՍʋ",
    "v": "νᴠѵѴᏙⅴ",
    "w": "ԝԜωᴡшШщᎳա",
    "x": "хХχΧⅹ×",
    "y": "уУγΥʏүҮყɏƴ",
    "z": "ΖᴢƶʐᏃȥ",
    "ae": "æÆᴁ",
    "oe": "œŒɶ",
    "ss": "ß",
}

# Blocks of A–Z without a compatibility form: negative circled, negative squared, regional.
_STYLED_ALPHABETS: Final = (0x1F150, 0x1F170, 0x1F1E6)

# Letters that show nothing: Hangul fillers, Khmer inherent vowels, object replacement.
INVISIBLE: Final = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5\ufffc")

# Braille blank is drawn as a space and is not one for Unicode.
BLANK: Final = frozenset("\u2800")


def lookalikes() -> dict[int, str]:
    """Code point to the Latin letters the eye reads."""
    table = {ord(char): latin for latin, chars in _LOOKALIKES.items() for char in chars}
    for start in _STYLED_ALPHABETS:
        for offset in range(26):
            table[start + offset] = chr(ord("a") + offset)
    return table
