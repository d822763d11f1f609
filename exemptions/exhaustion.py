"""Telling a lack of file handles, threads or memory from other failures: it passes, and says nothing of the files."""

from __future__ import annotations

import errno

from exemptions.errors import Exhausted

_LACKING = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOSPC, errno.EDQUOT)
# Libraries that are not Python's keep the number in the text of their errors; Python tells of threads in a text only.
_TEXTS = (
    *(
        f"{mark} {number}{end}"
        for number in _LACKING
        for mark, end in (("Errno", "]"), ("os error", ")"), ("code:", ","))
    ),
    "can't start new thread",
)


def is_exhausted(error: BaseException) -> bool:
    """Whether the failure is that this process may have no more of what it needs."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _LACKING
    is_of_library = isinstance(error, OSError | ValueError | RuntimeError) or type(error).__name__ == "PanicException"
    return is_of_library and any(text in str(error) for text in _TEXTS)


def refuse_exhausted(error: BaseException) -> None:
    """Make sure that a failure is one of what was read, and not of who reads it.

    Raises: Exhausted.
    """
    if is_exhausted(error):
        raise exhausted() from error


def exhausted() -> Exhausted:
    """The error that says so."""
    return Exhausted(
        "El servicio está al límite de sus recursos. Vuelva a intentarlo en unos segundos.",
        "The service is at the limit of its resources. Try again in some seconds.",
    )
