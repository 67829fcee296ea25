"""Of whom something is said: pieces of patterns shared by the recognisers of sentences.

Somebody else is spoken of: "elle", "il", "she", "they", a name, "sa mère". What one says of oneself
("j'habite", "my mother") or of nobody in particular ("on", "qui", "it") is not meant.
"""

from __future__ import annotations

from typing import Final

NOBODY_FR: Final = (
    r"(?!(?:je|j|tu|on|nous|vous|qui|ca|cela|ceci|moi|toi|que|ou|et|ne|pas|personne|tout|"
    r"quelqu'un|dieu|le|la|les"
    r"|un|une|des|ce|cette|mon|ma|mes|ton|ta|tes|notre|nos|votre|vos|toujours|deja|bien|plus)\b)"
)
WHO_FR: Final = (
    rf"(?<!mon )(?<!ma )(?<!mes )(?<!nos )(?<!notre )(?<!moi )(?:(?:elles?|ils?|iel|celle-ci|"
    rf"celui-ci|(?:cette|ce) (?:fille|meuf|gars|mec|type|femme|homme|streameuse|streamer|pute|"
    rf"connasse|conne?)"
    r"|(?:sa|son|ses|leur|leurs) (?:copine|copain|mec|meuf|femme|mari|ex|coloc)"
    rf"|{NOBODY_FR}[a-z][a-z-]{{2,20}}),? )"
)
OFTEN_FR: Final = (
    r"(?:y |de nuit |de jour |du soir |du matin |n'|ne |en fait |maintenant |toujours |"
    r"actuellement |encore |seule? |vraiment |"
    r"desormais |tous les jours "
    r"|a mi-temps |la semaine |le soir |en ce moment |depuis \w+ \w+ |avec \w+(?: \w+)? )*"
)
NOBODY_EN: Final = (
    r"(?!(?:i|you|we|it|this|that|who|what|which|there|here|one|nobody|anybody|everything|nothing|"
    r"god|everyone|someone|and|or|but|so|not"
    r"|the|an?|my|your|our|its|only|still|also|just|now|never|dont|doesnt|code|app|version|script|"
    r"driver|ubuntu|linux|windows)\b)"
)
FAMILY_EN: Final = (
    r"(?:mom|mum|mother|dad|father|sister|brother|son|daughter|kids?|children|parents|grandma|"
    r"grandmother|grandpa|grandfather|aunt|uncle"
    r"|cousin|husband|wife|boyfriend|girlfriend|gf|bf|fiancee?|partner|ex|baby|stepdad|stepmom|"
    r"nan|roommate|family|folks)"
)
SOMEBODY_EN: Final = (
    rf"(?:she|he|they|shes|hes|this (?:girl|guy|woman|man|bitch|chick|dude|streamer)|(?:her|his|"
    rf"their) (?:little |big |older |younger )?{FAMILY_EN})"
)
NAMED_EN: Final = (
    r"(?:^ ?|[^a-z0-9' ] ?|\b(?:that|and|because|so|know|knows|btw|lol|lmao|since|as|then|says|"
    r"said|heard|fyi|cause|cuz|apparently|fact|info|guys|chat|found|out|where|btw,) )"
    rf"{NOBODY_EN}[a-z][a-z-]{{2,20}}(?: [a-z][a-z-]{{2,20}})?"
)
WHO_EN: Final = rf"(?:(?:\b{SOMEBODY_EN}|{NAMED_EN})(?:'s)? )"
OFTEN_EN: Final = (
    r"(?:(?:actually|currently|still|now|really|usually|always|literally|also|both|only|"
    r"apparently|alone) )*"
)
