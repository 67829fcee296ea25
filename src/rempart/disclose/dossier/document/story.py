"""What happened: order in time, signs of coordination with their charts, one sheet per account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from rempart.cases.raids.raid_reasons import reason_in
from rempart.disclose.dossier.document.authors import Author, Before, recognised
from rempart.disclose.dossier.document.blocks import (
    Block,
    bars,
    between,
    bullets,
    facts,
    heading,
    note,
    paragraph,
    said,
    table,
    under_bars,
)
from rempart.disclose.dossier.document.content import Item
from rempart.disclose.dossier.document.coordination import (
    Burst,
    Coordination,
    Created,
    coordination,
)
from rempart.disclose.dossier.document.front import Part, label_name
from rempart.disclose.dossier.document.glyphs import line, readable

MOST_SHEETS: Final = 150
MOST_ROWS: Final = 1_000
MOST_TIES: Final = 24
MOST_RECORDS: Final = 40
_TICKS: Final = 5


def in_order(part: Part) -> list[Block]:
    w, content = part.words, part.content
    times = [item.sent_at for item in content.items if item.sent_at is not None]
    text = w(
        "time_text" if content.names_accounts else "time_text_hidden",
        messages=w.n("messages", len(content.items)),
        accounts=w.n("accounts", len(part.authors)),
        begin=w.utc(min(times, default=None)),
        end=w.utc(max(times, default=None)),
    )
    blocks = [part.titled("time"), paragraph(text)]
    raids = content.named("raid")
    if raids and raids[-1].value.get("detected_at"):
        raid = raids[-1].value
        blocks.append(
            paragraph(
                w(
                    "time_raid",
                    at=w.utc_of(str(raid["detected_at"])) + " UTC",
                    n=w.number(int(raid.get("detected_after_messages") or 0)),
                )
            )
        )
    if len(content.volumes) > 1:
        blocks += [paragraph(w("time_volumes", total=len(content.volumes))), _volumes(part)]
    if content.items:
        blocks += [heading(w("time_kinds"), 2), _kinds(part), note(w("time_label_note"))]
    return blocks


def _volumes(part: Part) -> Block:
    w = part.words
    rows: list[list[str | dict[str, str]]] = [
        [
            str(one.number),
            w.number(one.messages),
            w.utc(one.begins),
            w.utc(one.ends),
            {"mono": one.sha256 if one.number > 1 else "—"},
        ]
        for one in part.content.volumes
    ]
    head = [w(f"time_head_{key}") for key in ("volume", "messages", "from", "to", "sha")]
    for row in rows:
        row[4] = {"mono": _broken(str(row[4]["mono"]))} if isinstance(row[4], dict) else row[4]
    return table(head, rows, ("14mm", "17mm", "27mm", "27mm", "1fr"))


def _broken(digest: str) -> str:
    return "\u200b".join(digest[at : at + 16] for at in range(0, len(digest), 16))


def _kinds(part: Part) -> Block:
    w = part.words
    messages: Counter[str] = Counter()
    accounts: dict[str, set[str]] = {}
    for item in part.content.items:
        for label in recognised(item):
            messages[label] += 1
            accounts.setdefault(label, set()).add(item.account)
    rows = [
        [label_name(w, label), w.number(count), w.number(len(accounts[label]))]
        for label, count in messages.most_common()
    ] or [[w("none"), "", ""]]
    head = [w("time_head_label"), w("time_head_messages"), w("time_head_authors")]
    return table(head, rows, ("1fr", "30mm", "30mm"))


def _per_cent(told: object) -> str:
    """Of a share as the log writes it; never rounded up to a certainty."""
    try:
        return f"{int(Decimal(str(told)) * 100)}\xa0%"
    except (ArithmeticError, ValueError):
        return str(told)


# -- coordination --------------------------------------------------------------------------------


def together(part: Part) -> list[Block]:
    w = part.words
    found = coordination(part.content)
    blocks = [part.titled("coord")]
    if found.raid is None:
        blocks.append(paragraph(w("coord_none")))
    else:
        kind = w.either(f"raidkind_{found.raid.get('kind', '')}", "kind_raid")
        told = found.raid.get("confidence", "")
        confidence = line(_per_cent(told), 12)
        blocks.append(
            paragraph(w("coord_text", kind=kind, confidence=confidence, record=found.raid_record))
        )
        said = [reason_in(str(one), w.language) for one in found.raid.get("reasons") or ()]
        blocks.append(bullets([line(one, 400) for one in said]))
    if found.burst is not None:
        blocks += [heading(w("burst_title"), 2), _burst(part, found.burst)]
    blocks += [heading(w("created_title"), 2), *_created(part, found.created)]
    if not part.content.names_accounts:
        return [*blocks, note(w("hidden_accounts"))]
    blocks += [heading(w("family_title"), 2), *_families(part, found)]
    blocks += [heading(w("graph_title"), 2), *_graph(part, found)]
    return blocks


def _burst(part: Part, burst: Burst) -> Block:
    w = part.words
    step = w.span(burst.step)
    end = burst.begin + timedelta(seconds=burst.step * len(burst.own))
    peak = max(burst.own)
    at = burst.begin + timedelta(seconds=burst.step * burst.own.index(peak))
    baseline = ""
    if burst.others is not None:
        mean = round(sum(burst.others) / len(burst.others), 1)
        baseline = w(
            "burst_alt_others", others=w.number(max(burst.others)), step=step, mean=w.number(mean)
        )
    span = {"step": step, "begin": w.utc(burst.begin), "end": w.utc(end)}
    marks = []
    raids = part.content.named("raid")
    detected = raids[-1].value.get("detected_at") if raids else None
    if detected:
        place = (datetime.fromisoformat(detected) - burst.begin) / (end - burst.begin)
        if 0 <= place <= 1:
            marks.append({"at": place, "label": w("burst_mark")})
    legend = [w("burst_legend_own")]
    quarter = (end - burst.begin) / (_TICKS - 1)
    return bars(
        burst.own,
        burst.others,
        axis=between([w.utc(burst.begin + quarter * tick)[5:] for tick in range(_TICKS)]),
        caption=w("burst_caption" if burst.others is not None else "burst_caption_own", **span),
        alt=w("burst_alt", step=step, peak=w.number(peak), at=w.utc(at), baseline=baseline),
        marks=marks,
        legend=[*legend, w("burst_legend_others")] if burst.others is not None else (),
    )


def _created(part: Part, created: Created) -> list[Block]:
    w = part.words
    if not created.days:
        return [paragraph(w("created_none"))]
    names = [name for name, _ in created.days]
    counts = [count for _, count in created.days]
    return [
        bars(
            counts,
            axis=under_bars(names, _TICKS),
            caption=w("created_caption", unknown=w.n("accounts", created.unknown)),
            alt=w(
                "created_alt",
                day=names[counts.index(max(counts))],
                n=w.number(max(counts)),
                first=names[0],
                last=names[-1],
            ),
        )
    ]


def _families(part: Part, found: Coordination) -> list[Block]:
    w = part.words
    if not found.families:
        return [paragraph(w("family_none"))]
    rows: list[list[str | dict[str, str]]] = [
        [
            one.name,
            w.number(one.messages),
            w.number(len(one.accounts)),
            said(line(one.example, 240)),
        ]
        for one in found.families
    ]
    head = [w(f"family_head_{key}") for key in ("name", "messages", "accounts", "example")]
    return [
        paragraph(w("family_text")),
        table(head, rows, ("16mm", "20mm", "18mm", "1fr")),
    ]


def _graph(part: Part, found: Coordination) -> list[Block]:
    w = part.words
    if found.graph is None:
        return [paragraph(w("graph_none"))]
    picture = found.graph
    blocks: list[Block] = [
        {
            "t": "ties",
            "width": picture.width,
            "height": picture.height,
            "dots": [[dot.x, dot.y] for dot in picture.dots],
            "hubs": [
                {"x": hub.x, "y": hub.y, "label": str(place), "dots": hub.dots}
                for place, hub in enumerate(picture.hubs, 1)
            ],
            "caption": w("graph_caption"),
            "alt": w(
                "graph_alt",
                accounts=w.n("accounts", len(picture.dots)),
                ties=w.number(len(picture.hubs)),
            ),
        }
    ]
    if picture.left_out:
        blocks.append(note(w("graph_left_out", n=w.number(picture.left_out))))
    rows: list[list[str | dict[str, str]]] = [
        [
            str(place),
            w(f"tie_{tie.kind}"),
            said(line(tie.name, 120)),
            w.number(len(tie.accounts)),
        ]
        for place, tie in enumerate(found.ties[:MOST_TIES], 1)
    ]
    head = ["№", w("tie_head_kind"), w("tie_head_what"), w("tie_head_accounts")]
    blocks.append(table(head, rows, ("10mm", "34mm", "1fr", "20mm")))
    return blocks


# -- accounts ------------------------------------------------------------------------------------


def each_account(part: Part) -> list[Block]:
    w = part.words
    if not part.content.names_accounts:
        return [part.titled("author"), note(w("hidden_accounts"))]
    blocks = [part.titled("author"), paragraph(w("author_text"))]
    for author in part.authors[:MOST_SHEETS]:
        blocks += [heading(_name(author) or w("unknown"), 2), facts(_sheet(part, author))]
    rest = part.authors[MOST_SHEETS:]
    if rest:
        rows: list[list[str | dict[str, str]]] = [
            [
                said(_name(one)),
                w.number(one.messages),
                f"{w.utc(one.begins)} – {w.utc(one.ends)[11:]}",
                w.number(one.before.let_through),
            ]
            for one in rest[:MOST_ROWS]
        ]
        head = [w(f"author_head_{key}") for key in ("account", "messages", "span", "seen")]
        blocks.append(table(head, rows, ("1fr", "20mm", "44mm", "26mm")))
        if len(rest) > MOST_ROWS:
            blocks.append(note(w("author_more", n=w.number(len(rest) - MOST_ROWS))))
    return blocks


def _name(author: Author) -> str:
    return line(f"{author.name} ({author.account})" if author.name else author.account, 120)


def _sheet(part: Part, author: Author) -> list[tuple[str, str | dict[str, str]]]:
    w = part.words
    created = (
        w("author_created", at=w.utc(author.created_at))
        if author.created_at
        else w("author_created_unknown")
    )
    wrote = w(
        "author_wrote_text",
        messages=w.n("messages", author.messages),
        begin=w.utc(author.begins),
        end=w.utc(author.ends),
        held=w.number(author.held),
    )
    labels = ", ".join(f"{label_name(w, label)} ({w.number(n)})" for label, n in author.labels)
    return [
        (w("author_head_account"), f"{line(author.platform, 40)}, {created}"),
        (w("author_wrote"), wrote),
        (w("author_records"), records(part, author.records)),
        (w("author_labels"), labels or w("none")),
        (w("author_before"), _before(part, author.before, author.meanwhile)),
    ]


def _before(part: Part, before: Before, meanwhile: int) -> str:
    w = part.words
    if before.let_through:
        told = [
            w(
                "author_before_text",
                messages=w.n("messages", before.let_through),
                accounts=w.n("accounts", before.accounts),
                first=before.first,
                last=before.last,
            )
        ]
    else:
        told = [w("author_before_none")]
    if before.held:
        told.append(w("author_before_held", n=w.number(before.held)))
    if meanwhile:
        told.append(w("author_meanwhile", messages=w.n("messages", meanwhile)))
    return " ".join(told)


def records(part: Part, indexes: Sequence[int], most: int = MOST_RECORDS) -> str:
    """Numbers of records, neighbours as a span."""
    shown: list[str] = []
    at = 0
    while at < len(indexes) and len(shown) < most:
        end = at
        while end + 1 < len(indexes) and indexes[end + 1] == indexes[end] + 1:
            end += 1
        shown.append(str(indexes[at]) if end == at else f"{indexes[at]}–{indexes[end]}")
        at = end + 1
    text = ", ".join(shown)
    more = len(indexes) - at
    return f"{text}, {part.words('and_more', n=part.words.number(more))}" if more else text


# -- the annex -----------------------------------------------------------------------------------


def every_message(part: Part) -> list[Block]:
    w = part.words
    text = w("annex_text_utc") if w.zone is None else w("annex_text", zone=w.zone.key)
    items = [item for item in part.content.items if item.volume == part.volume]
    blocks = [part.titled("annex"), paragraph(text)]
    if not items:
        return [*blocks, paragraph(w("none"))]
    return [*blocks, {"t": "timeline", "rows": [_row(part, item) for item in items]}]


def _row(part: Part, item: Item) -> dict[str, Any]:
    w = part.words
    labels = ", ".join(label_name(w, label) for label in recognised(item))
    about = [line(item.platform, 40) + " #" + line(item.channel, 60)]
    about.append(w.either(f"verdict_{item.verdict}", "unknown"))
    if labels:
        about.append(labels)
    more = [w.either(f"level_{item.proof}", "level_other")]
    if item.reply_to:
        more.append(w("annex_reply", id=line(item.reply_to, 80)))
    if item.link:
        more.append(w("annex_link", link=line(item.link, 300)))
    if item.id:
        more.append(w("annex_id", id=line(item.id, 80)))
    name = line(item.name, 60)
    who = f"{name} ({line(item.account, 60)})" if name else line(item.account, 80)
    who = who or w("hidden")
    return {
        "record": str(item.record),
        "when": w.both(item.sent_at) + "   ",
        "who": who,
        "about": "   " + " · ".join(about),
        "text": w("hidden") if item.text is None else readable(item.text) or w("annex_empty"),
        "more": "  ·  ".join(more),
    }
