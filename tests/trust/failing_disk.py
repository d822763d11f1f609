"""A disk that fails when it is told to: the library of failing_disk.c, compiled once, for processes that preload it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

PRELOAD = "LD_PRELOAD"
NO_COMPILER = "no C compiler (Debian, Ubuntu: sudo apt install gcc libc6-dev)"
_SOURCE = Path(__file__).with_suffix(".c")


def compile_failing_disk(folder: Path) -> Path | None:
    """The compiled library; None where there is nothing to compile it with."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or os.uname().sysname != "Linux":
        return None
    library = folder / "failing_disk.so"
    command = [compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return library


def load_failing_disk() -> ctypes.CDLL:
    """The library that this process was started with."""
    library = ctypes.CDLL(os.environ[PRELOAD])
    library.fault_arm.argtypes = (ctypes.c_char_p, ctypes.c_long, ctypes.c_int, ctypes.c_int)
    library.fault_count.restype = ctypes.c_long
    library.fault_what.restype = ctypes.c_char_p
    return library
