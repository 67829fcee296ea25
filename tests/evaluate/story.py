"""One run told for whoever works on the detector: truth, then what was said when, then who was
missed and who was named wrongly.
"""

from __future__ import annotations

from tests.evaluate.run import Played
from tests.evaluate.score import score

from rempart.detect.interface import Observation
from rempart.model import THRESHOLD, Raid

_MOST = 12


def story(played: Played, *, texts: bool = True) -> str:
    """Texts of the real chat are not printed, injected ones only with `texts`."""
    begin = played.injection.begin
    lines = [
        f"### {played.kind.name} seed {played.seed} in {played.host}: {played.injection.note}",
        f"{len(played.attack)} attack messages of {len(played.members)} members in "
        f"{played.injection.end - begin:.0f} s, excerpt of {len(played.rows)} messages",
    ]
    lines += _first_messages(played, begin, texts)
    seen: dict[str, tuple[str, str]] = {}
    for change in played.found.changes:
        raid = change.raid
        if seen.get(raid.id) != (raid.stage, raid.kind):
            seen[raid.id] = (raid.stage, raid.kind)
            lines.append(_told(played, change.position, raid))
    for raid in played.found.last.values():
        named = {member.account for member in raid.members}
        wrong = [member for member in raid.members if member.account not in played.members]
        missed = played.members - named
        lines.append(
            f"  at last {raid.id} {raid.stage.value}: {len(named)} members, {len(wrong)} wrong "
            f"({sum(member.core for member in wrong)} of them core), {len(missed)} missed"
        )
        lines += [
            f"    wrong: {member.name} core={member.core} messages={member.messages} "
            f"{'; '.join(member.reasons)}"
            for member in wrong[:_MOST]
        ]
    lines.append(f"  {score(played)}")
    return "\n".join(lines)


def _first_messages(played: Played, begin: float, texts: bool) -> list[str]:
    lines = []
    for place in played.attack[:_MOST]:
        row = played.rows[place]
        if isinstance(row, Observation):
            mark = "flagged" if row.abuse >= THRESHOLD else "       "
            message = row.message
            after = message.sent_at.timestamp() - begin
            said = repr(message.text[:110]) if texts else f"{len(message.text)} characters"
            lines.append(f"  {after:8.1f} s {mark} {message.author.name}: {said}")
    return lines


def _told(played: Played, position: int, raid: Raid) -> str:
    row = played.rows[position]
    at = row.message.sent_at if isinstance(row, Observation) else row.event.at
    after = at.timestamp() - played.injection.begin
    return (
        f"  {after:8.1f} s {raid.id} -> {raid.stage.value} {raid.kind.value} "
        f"{len(raid.members)} members {raid.messages} messages {raid.confidence:.2f}: "
        f"{'; '.join(raid.reasons)}"
    )
