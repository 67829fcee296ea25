"""The ladder of measures: of each kind what it touches, how long, how often, what it is in law.

One table, which everything else reads: the language of rules (what a measure may touch), planning
(limits, proportion), the form by which a person takes a measure, statements of reasons, the guides.

Rules kept here:

1. Every kind stands here once. A kind that is not in the table cannot be taken.
2. Each form of a measure has a key of the Transparency Database of the DSA (`legal_forms.json`, a
   copy of the official enumerations), or says why it is no restriction in the sense of article 17.
3. What reaches everyone (`for_everyone`) needs a machine match, corroboration or a person; what
   cannot be undone is never taken by one person alone (`reversible`).
4. Limits count per channel, in an hour and in a day. A hold of one message has none: it is the
   answer at every limit. An alarm has none either: it is what calls the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from rempart.model.measure import MeasureKind, ScopeKind

Words = Mapping[str, str]
"""The same sentence in `en` and `fr`."""

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400


class LegalForm(NamedTuple):
    """A field and a key of the Transparency Database (see `legal_forms.json`)."""

    field: str
    key: str


class Rung(NamedTuple):
    """One kind of measure. `lease_seconds`: unless said otherwise; None: until somebody ends it.
    `endless`: it may be taken without an end. `hour` and `day`: how many one channel may get before
    a person is asked, of the scopes in `counted`. `form` by scope; `no_form` where there is none:
    why. `platform`: what a connected platform is asked to do."""

    kind: MeasureKind
    touches: tuple[ScopeKind, ...]
    does: Words
    platform: Words
    lease_seconds: int | None
    endless: bool = False
    reversible: bool = True
    for_everyone: bool = False
    hour: int | None = None
    day: int | None = None
    counted: tuple[ScopeKind, ...] = ()
    form: Mapping[ScopeKind, LegalForm] = MappingProxyType({})
    no_form: Words | None = None

    def counts(self, scope: ScopeKind) -> bool:
        """Whether its limits count this scope."""
        return scope in self.counted


_MESSAGE: Final = (ScopeKind.MESSAGE,)
_ACCOUNT: Final = (ScopeKind.ACCOUNT,)
_CHANNEL: Final = (ScopeKind.CHANNEL,)
_TARGET: Final = (ScopeKind.TARGET,)
_DISABLED: Final = LegalForm("decision_visibility", "DECISION_VISIBILITY_CONTENT_DISABLED")
_REMOVED: Final = LegalForm("decision_visibility", "DECISION_VISIBILITY_CONTENT_REMOVED")
_PARTIAL: Final = LegalForm("decision_provision", "DECISION_PROVISION_PARTIAL_SUSPENSION")
_SUSPENDED: Final = LegalForm("decision_account", "DECISION_ACCOUNT_SUSPENDED")
_FOR_ALL_ALIKE: Final = {
    "en": "A setting of the channel that holds for everybody alike; it is not imposed on one "
    "person because of what they wrote (art. 17(1) DSA).",
    "fr": "Un réglage du canal qui vaut pour tous ; il n’est pas imposé à une personne en raison "
    "de ce qu’elle a écrit (art. 17, §1 du DSA).",
}
_OF_THE_READER: Final = {
    "en": "It changes what one reader is shown, for her protection; everybody else still sees the "
    "message, and the sender is restricted in nothing (art. 17(1) DSA).",
    "fr": "Cela change ce qui est montré à une seule personne, pour la protéger ; tous les autres "
    "voient le message, et son auteur n’est restreint en rien (art. 17, §1 du DSA).",
}

_RUNGS: Final = (
    Rung(
        MeasureKind.HOLD,
        (ScopeKind.MESSAGE, ScopeKind.ACCOUNT, ScopeKind.TARGET),
        {
            "en": "Keeps messages back until a person has looked: one message, all of an account "
            "in a channel, or those of new accounts to a target.",
            "fr": "Retient des messages jusqu’à ce qu’une personne ait regardé : un message, tous "
            "ceux d’un compte dans un canal, ou ceux des comptes récents adressés à une cible.",
        },
        {
            "en": "hide the message; time the account out until the lease ends",
            "fr": "masquer le message ; exclure le compte jusqu’à la fin du délai",
        },
        7 * DAY,
        hour=2_000,
        day=20_000,
        counted=_ACCOUNT,
        form={
            ScopeKind.MESSAGE: _DISABLED,
            ScopeKind.ACCOUNT: _PARTIAL,
            ScopeKind.TARGET: _DISABLED,
        },
    ),
    Rung(
        MeasureKind.HIDE,
        _MESSAGE,
        {"en": "Hides a message from everyone.", "fr": "Masque un message pour tout le monde."},
        {"en": "hide the message", "fr": "masquer le message"},
        7 * DAY,
        for_everyone=True,
        hour=200,
        day=1_000,
        counted=_MESSAGE,
        form={ScopeKind.MESSAGE: _DISABLED},
    ),
    Rung(
        MeasureKind.REMOVE,
        _MESSAGE,
        {
            "en": "Deletes a message on its platform. This cannot be undone there.",
            "fr": "Supprime un message sur sa plateforme. Là-bas, c’est définitif.",
        },
        {"en": "delete the message", "fr": "supprimer le message"},
        None,
        endless=True,
        reversible=False,
        for_everyone=True,
        hour=50,
        day=200,
        counted=_MESSAGE,
        form={ScopeKind.MESSAGE: _REMOVED},
    ),
    Rung(
        MeasureKind.MUTE,
        _ACCOUNT,
        {
            "en": "Keeps back all messages of an account in a channel, for a while.",
            "fr": "Retient pendant un temps tous les messages d’un compte dans un canal.",
        },
        {"en": "no writing until the lease ends", "fr": "plus d’écriture jusqu’à la fin du délai"},
        HOUR,
        hour=500,
        day=2_000,
        counted=_ACCOUNT,
        form={ScopeKind.ACCOUNT: _PARTIAL},
    ),
    Rung(
        MeasureKind.TIME_OUT,
        _ACCOUNT,
        {
            "en": "A mute that the platform itself ends.",
            "fr": "Une mise en sourdine que la plateforme termine elle-même.",
        },
        {
            "en": "the platform’s own time-out until the lease ends",
            "fr": "l’exclusion temporaire de la plateforme jusqu’à la fin du délai",
        },
        10 * MINUTE,
        hour=500,
        day=2_000,
        counted=_ACCOUNT,
        form={ScopeKind.ACCOUNT: _PARTIAL},
    ),
    Rung(
        MeasureKind.SLOW_MODE,
        _CHANNEL,
        {
            "en": "An account may write only every few seconds in this channel.",
            "fr": "Un compte ne peut écrire que toutes les quelques secondes dans ce canal.",
        },
        {"en": "slow mode until the lease ends", "fr": "mode lent jusqu’à la fin du délai"},
        10 * MINUTE,
        hour=60,
        day=300,
        counted=_CHANNEL,
        no_form=_FOR_ALL_ALIKE,
    ),
    Rung(
        MeasureKind.MEMBERS_ONLY,
        _CHANNEL,
        {
            "en": "Only members, followers and older accounts may write in this channel.",
            "fr": "Seuls les membres, les abonnés et les comptes plus anciens peuvent écrire.",
        },
        {
            "en": "only followers or older accounts write",
            "fr": "seuls les abonnés ou les comptes anciens écrivent",
        },
        30 * MINUTE,
        hour=30,
        day=100,
        counted=_CHANNEL,
        no_form=_FOR_ALL_ALIKE,
    ),
    Rung(
        MeasureKind.LINK_BLOCK,
        _CHANNEL,
        {
            "en": "Messages with a link are kept back in this channel.",
            "fr": "Les messages contenant un lien sont retenus dans ce canal.",
        },
        {"en": "no links", "fr": "plus de liens"},
        HOUR,
        hour=30,
        day=100,
        counted=_CHANNEL,
        no_form=_FOR_ALL_ALIKE,
    ),
    Rung(
        MeasureKind.SHIELD,
        _TARGET,
        {
            "en": "Protects a target for a while by a named bundle of measures, which end with it.",
            "fr": "Protège une cible pendant un temps par un ensemble nommé de mesures, qui "
            "prennent fin avec lui.",
        },
        {
            "en": "the strictest mode the platform has",
            "fr": "le mode le plus strict de la plateforme",
        },
        15 * MINUTE,
        hour=60,
        day=300,
        counted=_TARGET,
        no_form={
            "en": "A bundle: each measure in it has its own form.",
            "fr": "Un ensemble : chaque mesure qu’il contient a sa propre forme.",
        },
    ),
    Rung(
        MeasureKind.LOCK_OUT,
        (ScopeKind.MESSAGE, ScopeKind.ACCOUNT, ScopeKind.TARGET),
        {
            "en": "Not delivered to the target, never deleted: it waits in her folder. One "
            "message, all of an account, or all that is hostile to her.",
            "fr": "N’est pas remis à la cible, n’est jamais supprimé : c’est mis de côté pour "
            "elle. Un message, tous ceux d’un compte, ou tout ce qui lui est hostile.",
        },
        {
            "en": "do not show the message to the target; everybody else still sees it",
            "fr": "ne pas montrer le message à la cible ; tous les autres le voient",
        },
        None,
        endless=True,
        hour=500,
        day=2_000,
        counted=_ACCOUNT,
        no_form=_OF_THE_READER,
    ),
    Rung(
        MeasureKind.SUSPEND,
        _ACCOUNT,
        {
            "en": "Hides all messages of an account in a channel from everyone.",
            "fr": "Masque pour tout le monde les messages d’un compte dans un canal.",
        },
        {"en": "no access until the lease ends", "fr": "plus d’accès jusqu’à la fin du délai"},
        7 * DAY,
        for_everyone=True,
        hour=50,
        day=200,
        counted=_ACCOUNT,
        form={ScopeKind.ACCOUNT: _SUSPENDED},
    ),
    Rung(
        MeasureKind.REPLY_STOP,
        (ScopeKind.ACCOUNT, ScopeKind.CHANNEL),
        {
            "en": "No answers are sent any more, which costs on paid channels; what comes in is "
            "still taken and kept.",
            "fr": "Plus de réponse n’est envoyée, ce qui coûte sur les canaux payants ; ce qui "
            "arrive est toujours reçu et gardé.",
        },
        {"en": "send no replies", "fr": "ne plus envoyer de réponses"},
        DAY,
        hour=2_000,
        day=10_000,
        counted=(ScopeKind.ACCOUNT, ScopeKind.CHANNEL),
        no_form={
            "en": "What the person sent is neither hidden nor restricted; only our own answer is "
            "not sent.",
            "fr": "Ce que la personne a envoyé n’est ni masqué ni restreint ; seule notre propre "
            "réponse n’est pas envoyée.",
        },
    ),
    Rung(
        MeasureKind.ALARM,
        (ScopeKind.CHANNEL, ScopeKind.TARGET),
        {
            "en": "Calls a person. Restricts nobody.",
            "fr": "Appelle une personne. Ne restreint rien.",
        },
        {"en": "tell the moderators", "fr": "prévenir les modérateurs"},
        HOUR,
        no_form={
            "en": "It restricts nobody and nothing.",
            "fr": "Elle ne restreint personne et rien.",
        },
    ),
)

LADDER: Final[Mapping[MeasureKind, Rung]] = MappingProxyType({rung.kind: rung for rung in _RUNGS})
"""From the mildest to what is only a call. Every kind of measure, once."""
