"""Who reported is in nothing that leaves: no statement, text, dump or payload (recital 54)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.conftest import Community

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.measures.taking import Wanted
from rempart.cases.reports.receiving import receive
from rempart.cli import main
from rempart.model import DecisionOutcome, Ground, MeasureKind, ReportContact, ReportRequest

AT = 1_772_500_000_000
NAMES = st.text("abcdefghijklmnopqrstuvwxyzéèàôü", min_size=8, max_size=14)


@settings(max_examples=12)
@given(
    names=st.lists(NAMES, min_size=4, max_size=4, unique=True),
    category=st.sampled_from(["harassment", "hate", "doxxing", "intimate_images", "other"]),
    flagger=st.booleans(),
)
def test_no_word_of_who_reported_leaves(names, category, flagger):
    name, words, token, moderator = (f"q{one}" for one in names)
    with TemporaryDirectory() as folder:
        community = Community(Path(folder) / "data")
        community.says("m1", "va-t'en", author="u7", labels={"insult": 0.9})
        community.step()
        request = ReportRequest(
            category=category,
            explanation=f"Moi, {name}, je dis : {words}.",
            message_ids=("m1",),
            good_faith=True,
            contact=ReportContact(name, f"{name}@example.org"),
        )
        with community.store.begin() as tables:
            more = {"flagger": token} if flagger else {}
            receipt = receive(tables, request, community.keys, AT - 1_000, **more)
            decide(
                tables,
                receipt.case,
                DecisionOutcome.ACT,
                Ground.TERMS,
                "Insulte répétée après deux avertissements.",
                Decider(moderator, person=True),
                AT,
                measures=[Wanted(MeasureKind.TIME_OUT, minutes=60)],
            )
        with community.store.read() as tables:
            rows = tables.statements.page()
            assert len(rows) >= 2
            left = [msgspec.json.encode(row.statement).decode() for row in rows]
            left += [text for row in rows for text in statement_text(row.statement).values()]
        arguments = ["disclose", "statements", "--ndjson", "--data", str(community.folder)]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        left.append(result.output)
        community.store.close()
    for said in left:
        for secret in (name, words, token, moderator):
            assert secret not in said
