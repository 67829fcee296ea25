"""What an order has to hold (DSA art. 9(2), 10(2)), and what a given one lacks. Pure.

Nothing is refused for it: an order that lacks something is taken in, flagged, and asked about.
"""

from __future__ import annotations

from collections.abc import Collection

from rempart.model import AuthorityOrder, Missing, OrderKind


def missing(order: AuthorityOrder, languages: Collection[str]) -> tuple[Missing, ...]:
    """`languages`: those the community declared under art. 11(3); empty: none is declared, and
    then any is taken."""
    content = order.kind is OrderKind.CONTENT
    has = {
        Missing.LEGAL_BASIS: bool(order.legal_basis),
        Missing.REASONS: bool(order.reasons),
        Missing.PROVISION: bool(order.provision) or not content,
        Missing.AUTHORITY: bool(order.authority and order.country),
        Missing.LINKS: bool(order.links) or not content,
        Missing.RECIPIENT: bool(order.accounts) or content,
        Missing.REDRESS: bool(order.redress),
        Missing.TERRITORY: bool(order.territory) or not content,
        Missing.LANGUAGE: not languages or order.language in languages,
    }
    return tuple(part for part, there in has.items() if not there)
