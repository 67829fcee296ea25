"""Rights, roles and bounds: what adds up, and what only takes away."""

from __future__ import annotations

from rempart.cases.harms import harms
from rempart.cases.rights import (
    ALL_RIGHTS,
    BUILTIN,
    OF_SCOPE,
    Bounds,
    Right,
    pseudonym,
    rights_of,
    scopes_of_rights,
    with_reading,
)
from rempart.web.auth import Caller, may
from rempart.web.auth.caller import Step


def caller(**more: object) -> Caller:
    rights = frozenset({Right.READ, Right.DECIDE})
    return Caller("moderator-2", "Mo", frozenset(), rights=rights, **{"channels": None, **more})  # type: ignore[arg-type]


def test_a_right_counts_only_inside_all_bounds() -> None:
    who = caller(
        channels=frozenset({"lea", "discord/zoe"}),
        queues=frozenset({"threats"}),
        harms=frozenset({"hate", "threat"}),
        without=frozenset({"threat"}),
    )
    assert may(who, Right.DECIDE)
    assert not may(who, Right.PEOPLE)
    assert may(who, Right.DECIDE, "lea", "hate", queue="threats")
    assert not may(who, Right.DECIDE, "zoe")
    assert may(who, Right.DECIDE, "zoe", platform="discord")
    assert not may(who, Right.DECIDE, "lea", "threat"), "her own word counts"
    assert not may(who, Right.DECIDE, "lea", "spam")
    assert not may(who, Right.DECIDE, "lea", queue="spam")
    assert not may(caller(step=Step.SECOND), Right.DECIDE)


def test_without_bounds_everything_but_what_one_does_not_want_to_see() -> None:
    who = caller(without=frozenset({"intimate_images"}))
    assert who.everywhere
    allowed = {key for key in harms() if may(who, Right.DECIDE, "anywhere", key)}
    assert allowed == set(harms()) - {"intimate_images"}


def test_roles_add_up_and_every_role_reads_but_the_auditor() -> None:
    author, deployer = BUILTIN["rule_author"], BUILTIN["rule_deployer"]
    assert Right.DEPLOY_RULES not in author.rights
    assert Right.WRITE_RULES not in deployer.rights
    assert rights_of([author, deployer]) == {
        Right.READ,
        Right.WRITE_RULES,
        Right.DEPLOY_RULES,
    }
    reads = {key for key, role in BUILTIN.items() if Right.READ in role.rights}
    assert reads == set(BUILTIN) - {"auditor"}
    assert BUILTIN["admin"].rights == ALL_RIGHTS


def test_scopes_follow_from_rights_and_tokens_keep_theirs() -> None:
    assert scopes_of_rights(BUILTIN["admin"].rights) == ("read", "moderate", "admin")
    assert scopes_of_rights(BUILTIN["reviewer"].rights) == ("read", "moderate")
    assert scopes_of_rights(BUILTIN["auditor"].rights) == ()
    assert scopes_of_rights(BUILTIN["rule_deployer"].rights) == ("read",)
    assert OF_SCOPE["ingest"] == frozenset()
    assert OF_SCOPE["read"] < OF_SCOPE["moderate"] < OF_SCOPE["admin"]


def test_who_only_has_the_access_log_reads_nothing_else() -> None:
    log, read = Right.ACCESS_LOG, Right.READ
    assert with_reading(frozenset({log})) == with_reading(frozenset({log, read})) == {log}
    assert with_reading(frozenset({log, Right.DECIDE})) == {log, Right.DECIDE, read}
    assert with_reading(frozenset()) == {read}


def test_a_pseudonym_is_the_id_in_words_and_holds_no_name() -> None:
    assert pseudonym("moderator-7", "en") == "Moderator 7"
    assert pseudonym("moderator-7", "fr") == "Modération 7"
    assert pseudonym("t-0123456789abcdef", "en") == "t-0123456789abcdef"
    assert Bounds().channel("anything")
