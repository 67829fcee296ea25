"""What `rempart doctor` says of witnesses, time-stamp authorities and the last full check."""

from __future__ import annotations

from pathlib import Path

from rempart.cli.findings import Finding, State
from rempart.errors import RempartError

ENOUGH = 2


def check_attested(data: Path) -> Finding:
    """Who attests the log besides us. Nobody is asked anything."""
    from rempart.cli.attested import screen_of
    from rempart.cli.verify import DATABASE

    name = "witnesses"
    if not (data / DATABASE).exists():
        return Finding(name, State.OK, "no log yet")
    try:
        screen = screen_of(data)
    except RempartError as error:
        return Finding(name, State.MIND, f"not looked at: {error.what}", error.next_step)
    if screen.scrub is not None and screen.scrub.failed:
        return Finding(
            name,
            State.WRONG,
            f"the last full check failed: {screen.scrub.failed[0]}",
            "rempart log scrub says what does not hold; then restore a backup",
        )
    told = [f"{len(screen.witnesses)} witnesses, {len(screen.authorities)} time-stamp authorities"]
    late = [one.name for one in screen.witnesses if one.pending is not None]
    late += [one.name for one in screen.authorities if one.pending and one.pending.tries]
    if late:
        told.append(f"pending: {', '.join(late)}")
        return Finding(name, State.MIND, "; ".join(told), "rempart log witness, log timestamps")
    if not screen.witnesses or len(screen.authorities) < ENOUGH:
        mend = (
            "two authorities and a witness make the dates and the history court-proof: docs/log.md"
        )
        return Finding(name, State.MIND, told[0], mend)
    return Finding(name, State.OK, told[0])
