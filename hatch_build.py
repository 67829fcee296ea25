"""Builds the optional compiled kernels, of the classifier and of the log, beside their sources.

With a C compiler the wheel holds the kernels and is tagged for its platform; without one, with a
broken one, or with REMPART_NO_KERNEL=1 the wheel is pure Python; numpy and Python do the same work.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOMS = (Path("src/rempart/detect/text"), Path("src/rempart/log"))
KERNEL = "_kernel.so"
FLAGS = ("-O3", "-std=c99", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall")


class KernelHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version
        if os.environ.get("REMPART_NO_KERNEL") == "1" or os.name == "nt":
            return
        rooms = [room for room in ROOMS if _built(Path(self.root) / room)]
        if not rooms:
            return
        build_data["artifacts"].extend(str(room / KERNEL) for room in rooms)
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        # No Python headers are used: one build serves every version of Python.
        build_data["tag"] = f"py3-none-{platform}"


def _built(room: Path) -> bool:
    (room / KERNEL).unlink(missing_ok=True)
    return compile_kernel(room / "kernel.c", room / KERNEL)


def compile_kernel(source: Path, built: Path) -> bool:
    """True when the kernel was built; every failure is a line on standard error, no more."""
    named = shlex.split(os.environ.get("CC", ""))
    found = next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)
    compiler = named or ([found] if found else [])
    if not compiler:
        return False
    half = built.with_suffix(".half")
    command = [*compiler, *FLAGS, "-o", str(half), str(source)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603
        half.replace(built)
    except (OSError, subprocess.SubprocessError) as error:
        half.unlink(missing_ok=True)
        sys.stderr.write(f"rempart: no compiled kernel, the slower path instead: {error}\n")
        return False
    return True
