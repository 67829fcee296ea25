"""What a court asks of a capture: on which machine, by which clock, address, resolver and programs.

The points are those that French courts look for in a *constat* (NF Z67-147 is not mandatory, but
weighed): clock and its source, address used, resolver, versions, no proxy, nothing kept before. A
server's capture is no act of a commissaire de justice; it hands him what he needs to repeat it.
"""

from __future__ import annotations

import os
import platform
import shutil
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from rempart import __version__

UNKNOWN = "not known"
_RESOLVERS = Path("/etc/resolv.conf")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def machine_points(public_address: str | None) -> dict[str, Any]:
    """Strings and lists of strings only. Asks the machine, nobody else."""
    return {
        "software": f"Rempart {__version__}",
        "python": platform.python_version(),
        "tls_library": ssl.OPENSSL_VERSION,
        "system": _system(),
        "clock_source": _clock_source(),
        "resolvers": _resolvers(),
        "public_address": public_address or UNKNOWN,
        "proxy_in_environment": sorted(
            name for name in os.environ if name.lower() in _PROXIES and os.environ[name]
        ),
    }


def _system() -> str:
    with suppress(OSError):
        named = platform.freedesktop_os_release().get("PRETTY_NAME", "")
        return f"{named}, {platform.system()} {platform.release()}, {platform.machine()}"
    return f"{platform.system()} {platform.release()}, {platform.machine()}"


def _resolvers() -> list[str]:
    try:
        lines = _RESOLVERS.read_text("ascii", "replace").splitlines()
    except OSError:
        return [UNKNOWN]
    named = [line.split() for line in lines]
    return [parts[1] for parts in named if len(parts) > 1 and parts[0] == "nameserver"] or [UNKNOWN]


def _clock_source() -> str:
    """Whether the system says that its clock follows others."""
    command = shutil.which("timedatectl")
    if command is None:
        return UNKNOWN
    asked = [command, "show", "--property=NTPSynchronized", "--value"]
    with suppress(OSError, subprocess.TimeoutExpired):
        told = subprocess.run(  # noqa: S603 - no word of it comes from outside
            asked, capture_output=True, text=True, timeout=3, check=False
        )
        if told.returncode == 0 and told.stdout.strip() in ("yes", "no"):
            return "synchronised (NTP)" if told.stdout.strip() == "yes" else "not synchronised"
    return UNKNOWN
