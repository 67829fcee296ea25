"""The words in a dossier: plain French and English, on one page each.

Names that people chose (channels, targets) are shown without control or direction characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

MEDIA = """\
EN  Files that belong to the messages come here, named by their SHA-256. There are none yet.
FR  Ici viendront les fichiers joints aux messages, nommés par leur SHA-256. Il n'y en a pas encore.
"""

_ENGLISH = """DOSSIER {case}

What this is
  The file of one case ({kind}).
  Opened:   {opened_at}
  Exported: {made_at}
  For:      {made_for}
  Target:   {target}
  Channel:  {channel} ({platform})

  It holds {records} entries of an append-only log, {messages} of them messages, with what was
  found, done, reported and decided. Their places in the log are {first} to {last}, of
  {log_size}. Between them lie {hidden} entries that are not shown here: hidden, but counted
  and accounted for.

What is hidden in this edition ("{preset}")
  {title}
  Hidden: {hidden_fields} fields and {hidden_words} words of the entries that are shown. Not shown:
  {left_out} entries of the case, {private_left_out} private messages, {addressed_to_others}
  messages to somebody else. redaction.json has the rules and the numbers. Who reported and who
  moderated is never shown.

  reading.txt is the same for people to read; records.jsonl is what is checked.

How to check it, without us and without a network
  1. Get the log's key from somewhere else than this file (the community's site, a lawyer, a
     witness) and compare its fingerprint:
     {fingerprint}
  2. With Python 3.10 or later:     python3 -I -S verify.py . --key KEY
     or open verify.html in a browser and drop the zip on it.
     Best with a copy of either that you obtained elsewhere.
  Any changed byte of any listed file is refused.

What this does not prove
  - Who is behind an account.
  - That the platform really sent a message: "source" in each message says how far that is
    proven. What somebody submitted (a screenshot, a paste) is marked as such.
  - That no hidden entry belongs to this case.
  - The time, beyond the log's own clock: see timestamps/.
  - That the key has signed no second history: no witness has cosigned yet.
"""

_FRENCH = """DOSSIER {case} (français)

Ce que c'est
  Le dossier d'une affaire ({kind}).
  Ouvert :   {opened_at}
  Exporté :  {made_at}
  Pour :     {made_for}
  Cible :    {target}
  Canal :    {channel} ({platform})

  Il contient {records} entrées d'un journal où l'on ne peut qu'ajouter, dont {messages} messages,
  avec ce qui a été relevé, fait, signalé et décidé. Leurs places dans le journal vont de {first}
  à {last}, sur {log_size}. Entre elles, {hidden} entrées ne sont pas montrées ici : masquées,
  mais comptées et justifiées.

Ce que cette édition masque (« {preset} »)
  {title}
  Masqués : {hidden_fields} champs et {hidden_words} mots des entrées montrées. Non montrés :
  {left_out} entrées de l'affaire, {private_left_out} messages privés, {addressed_to_others}
  messages adressés à d'autres. redaction.json donne les règles et les nombres. Qui a signalé et qui
  a modéré n'est jamais montré.

  reading.txt dit la même chose en clair ; records.jsonl est ce qui se contrôle.

Comment le contrôler, sans nous et sans réseau
  1. Obtenir la clé du journal ailleurs que dans ce fichier (le site de la communauté, un avocat,
     un témoin) et comparer son empreinte :
     {fingerprint}
  2. Avec Python 3.10 ou plus :     python3 -I -S verify.py . --key CLÉ
     ou ouvrir verify.html dans un navigateur et y déposer le zip.
     De préférence avec une copie de l'un ou de l'autre obtenue ailleurs.
  Tout octet modifié d'un fichier listé est refusé.

Ce que cela ne prouve pas
  - Qui est derrière un compte.
  - Que la plateforme a vraiment envoyé un message : « source », dans chaque message, dit jusqu'où
    c'est prouvé. Ce qu'une personne a soumis (capture d'écran, texte collé) est marqué comme tel.
  - Qu'aucune entrée masquée ne relève de cette affaire.
  - L'heure, au-delà de l'horloge du journal : voir timestamps/.
  - Que la clé n'a pas signé une seconde histoire : aucun témoin n'a encore cosigné.
"""


def readme(
    about: Mapping[str, Any], title: Mapping[str, str], fingerprint: str, language: str
) -> bytes:
    """README.txt: both languages, the wanted one first. `title` of the edition by language."""
    shown = {key: plain(value) or "-" for key, value in about.items()}
    english = _ENGLISH.format(**shown, title=title["en"], fingerprint=fingerprint)
    french = _FRENCH.format(**shown, title=title["fr"], fingerprint=fingerprint)
    pages = [french, english] if language.startswith("fr") else [english, french]
    return "\n\n".join(pages).encode()


def policy(vkey: str, witnesses: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """policy.txt (C2SP tlog-policy): the log's key and those of its witnesses, by name; a
    convenience, not an anchor of trust."""
    cosigners = "".join(f"witness {name} {key}\n" for name, key in sorted(witnesses.items()))
    return (
        "# A convenience only: get these keys from somewhere else and compare.\n"
        "# Par commodité seulement : obtenir ces clés ailleurs et comparer.\n"
        f"log {vkey}\n{cosigners}quorum none\n"
    ).encode()


def plain(value: object) -> str:
    """Text that cannot move the cursor, turn the reading direction or fill the page."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(value))
    return text if len(text) <= 120 else text[:119] + "…"
