"""Signs that lead to a person: e-mail, number plate, IP address, coordinates.

Rules of this module:

1. A mailbox of an office ("contact@", "support@"), an address on a machine ("root@", "git@") or
   one offered for business is nobody's private one.
2. A plate of the present French form with its dashes counts by itself; other forms, and forms of
   other countries, where the message speaks of a car.
3. An IP address is personal where the message says whose it is; addresses of machines in a talk on
   machines are not. Private and reserved ranges never are (RFC 6890).
4. Coordinates count from four decimals (about ten metres), or in degrees, minutes and seconds.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from rempart.detect.personal.found import Found

_EMAIL: Final = re.compile(
    r"(?<![\w.+/:-])[a-z0-9][a-z0-9._%+-]{0,63} ?@ ?(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}(?![\w@:]|"
    r"-\w)"
)
_ROLE: Final = re.compile(
    r"(?:contacts?|infos?|support|hello|bonjour|no-?reply|ne-?pas-?repondre|admin|webmaster|"
    r"postmaster"
    r"|presse|press|sales|team|equipe|help|aide|service\w*|billing|jobs|rh|hr|recrutement|booking"
    r"|business|pro|partenariats?|collab\w*|mairie|accueil|secretariat|security|abuse|legal|dpo|"
    r"rgpd"
    r"|privacy|newsletter|office|media|editor|redaction|reservations?|orders?|commandes?|shop"
    r"|root|git|user(?:name)?|you|me|someone|name|nom|foo|test|ubuntu|localhost|anonymous|list\w*"
    r"|hg|bzr|svn|cvs|ftp|www|pi|dev(?:el)?|bugs?)[ @]"
)
_MACHINE: Final = re.compile(
    r"\b(?:ssh|scp|sftp|rsync|git|clone|push|ftp|mount|cvs|svn|bzr|mailto|gpg|pgp|key|sudo|irc|apt"
    r"|ppa|launchpad|maintainer|changelog|cron|postfix|sendmail|smtp)\b"
)
_BUSINESS: Final = re.compile(
    r"\b(?:business|pro(?:fessionnel(?:le)?)?|booking|management|agence|agency|partenariats?|"
    r"sponsor\w*"
    r"|collabs?|enquir\w+|inquir\w+|press(?:e)?|candidature|recrutement|cv|hiring|mon mail pro"
    r"|ecrivez[- ]nous|contactez[- ]nous|write to us|contact us|reach us)\b"
)
_PLATE_FR: Final = re.compile(
    r"(?<![\w-])[a-hj-np-tv-z]{2}(?P<sep>[- ]?)\d{3}(?P=sep)[a-hj-np-tv-z]{2}(?![\w-])"
)
_PLATE_OTHER: Final = re.compile(
    r"(?<![\w-])(?:\d{1,4}[ -]?[a-z]{2,3}[ -]?(?:\d{2}|2[ab]|97\d)"
    r"|[a-z]{2}\d{2}[ -]?[a-z]{3}|[a-z]{3}[ -]?\d{3,4}|\d[a-z]{3}\d{3}|\d{3}[ -]?[a-z]{3}"
    r"|\d-[a-z]{3}-\d{3}|[a-z]{1,3}[ -][a-z]{1,2}[ -]?\d{1,4})(?![\w-])"
)
_CAR: Final = re.compile(
    r"\b(?:plaques?|immat\w*|voitures?|caisse|bagnole|vehicule|scooter|camionnette|roule en|conduit"
    r"|clio|golf|peugeot|renault|citroen|bmw|audi|mercedes|toyota|ford|tesla|polo|twingo|fiat"
    r"|license|licence|plates?|registration|reg|car|cars|van|truck|drives?|driving|honda|civic"
    r"|vehicle|parked|garee?)\b"
)
_IPV4: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IPV6: Final = re.compile(r"(?<![\w:.])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4}){1,4}(?![\w:])")
_WHOSE_IP: Final = re.compile(
    r"\b(?:(?:his|her|their|your|ur|son|ton|leur|sa|ta|cette|the) (?:home |real |public |"
    r"personal |vraie? )?"
    r"(?:adresse )?ips?|ip (?:de|d'|of|is|du|perso|address|grab\w*|leak\w*)|"
    r"[a-z]{3,20}'s (?:\w+ )?ip|leak\w*"
    r"|(?:l'|d')(?:adresse )?ip|ddos\w*|dox\w*|boot (?:him|her|them|his|off)|hit (?:him|her|"
    r"them) off"
    r"|(?:pull|got|grab)\w* (?:his|her|their)|resol\w+|box (?:internet )?(?:de|d')|his (?:network|"
    r"router)"
    r"|her (?:network|router)|sa box|son reseau)\b"
)
_IP_TOLD: Final = re.compile(r"\bip ?[:=]")
_NOT_A_PERSONS_IP: Final = re.compile(
    r"\b(?:ping|server|serveur|dns|gateway|router ip|subnet|netmask|ssh|port|static|dhcp|eth\d|"
    r"nameserver"
    r"|my|mon|ma|vpn|iptables|ifconfig|host|nmap|localhost|machine|mirror|route|vm|pc|box's|"
    r"laptop|version)\b"
)
_DECIMAL: Final = re.compile(
    r"(?<![\w.])[-+]?(?P<lat>\d{1,2}\.\d{4,12}) ?°? ?[ns]?[,; /]{1,3} ?(?:lon\w*|lng)?[ :=]{0,2}"
    r"[-+]?(?P<lon>\d{1,3}\.\d{4,12}) ?°?(?: ?[wewo])?(?![\w.]|\.\d)"
)
_COARSE: Final = re.compile(
    r"(?<![\w.])[-+]?(?P<lat>\d{1,2}[.]\d{2,3}) ?°? "
    r"?[ns]?[,; ]{1,3}[-+]?(?P<lon>\d{1,3}[.]\d{2,3})(?![\w.])"
)
_DEGREES: Final = re.compile(
    r"(?<![\w.])\d{1,2} ?° ?\d{1,2} ?['m]? ?(?:\d{1,2}(?:[.,]\d{1,4})? ?(?:\"|''|"
    r"s)?)? ?[ns][,; ]{0,3}"
    r"\d{1,3} ?° ?\d{1,2} ?['m]? ?(?:\d{1,2}(?:[.,]\d{1,4})? ?(?:\"|''|s)?)? ?[ewo]\b"
)
_PLACE_CUE: Final = re.compile(
    r"\b(?:gps|coord\w*|lat(?:itude)?|lon(?:g|gitude)?|lng|localisation|location|geoloc\w*|maps?|"
    r"pin)\b"
)


def emails(folded: str, *, strict: bool = False) -> Iterator[Found]:
    for match in _EMAIL.finditer(folded):
        office = _ROLE.match(match.group()) is not None
        if not strict and (office or _MACHINE.search(folded) or _BUSINESS.search(folded)):
            continue
        if match.group().endswith((".png", ".jpg", ".sh", ".txt", ".deb")):
            continue
        yield Found("email", match.start(), match.end(), 0.8)


def plates(folded: str) -> Iterator[Found]:
    car: bool | None = None
    for match in _PLATE_FR.finditer(folded):
        if match.group("sep") != "-":
            car = _CAR.search(folded) is not None if car is None else car
            if not car:
                continue
        yield Found("plate", match.start(), match.end(), 0.8)
    if car is None:
        car = _CAR.search(folded) is not None
    if not car:
        return
    for match in _PLATE_OTHER.finditer(folded):
        text = match.group()
        if re.search(r"\d", text) and not re.fullmatch(
            r"(?:le|la|de|du|et|a|en|the|in|at|on|for|of|[a-z]+) ?\d+", text
        ):
            yield Found("plate", match.start(), match.end(), 0.7)


def ip_addresses(folded: str, *, strict: bool = False) -> Iterator[Found]:
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(folded):
            try:
                address = ipaddress.ip_address(match.group())
            except ValueError:
                continue
            if address.is_loopback or address.is_multicast or address.is_unspecified:
                continue
            # Documentation ranges are not global and stand for real ones in drills and tests.
            if not address.is_global and address in _PRIVATE:
                continue
            if strict:
                yield Found("ip", match.start(), match.end(), 0.6)
            elif (
                _WHOSE_IP.search(folded) or _IP_TOLD.search(folded)
            ) and not _NOT_A_PERSONS_IP.search(folded):
                yield Found("ip", match.start(), match.end(), 0.75)


class _Ranges:
    """Private ranges: nobody outside can reach anybody there."""

    _NETWORKS: Final = tuple(
        ipaddress.ip_network(text)
        for text in (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "0.0.0.0/8",
            "240.0.0.0/4",
            "fe80::/10",
            "fc00::/7",
            "::1/128",
        )
    )

    def __contains__(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return any(address in network for network in self._NETWORKS)


_PRIVATE: Final = _Ranges()


def coordinates(folded: str) -> Iterator[Found]:
    for match in _DECIMAL.finditer(folded):
        if float(match.group("lat")) <= 90 and float(match.group("lon")) <= 180:
            yield Found("gps", match.start(), match.end(), 0.8)
    for match in _DEGREES.finditer(folded):
        yield Found("gps", match.start(), match.end(), 0.8)
    if _PLACE_CUE.search(folded):
        for match in _COARSE.finditer(folded):
            yield Found("gps", match.start(), match.end(), 0.6)
