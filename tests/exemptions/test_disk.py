"""A failing disk is told from other failures, whoever noticed it."""

import errno

import pytest

from exemptions.disk import find_disk_error
from exemptions.errors import DiskFailed, DiskFull

INDEX = "Failed to open file for write: 'IoError {{ io_error: Os {{ code: {number}, kind: Other, message: m }} }}'"
FRAME = "No space (os error {number})"


@pytest.mark.parametrize("text", [INDEX, FRAME])
@pytest.mark.parametrize(("number", "told"), [(errno.ENOSPC, DiskFull), (errno.EIO, DiskFailed), (errno.ENOENT, None)])
def test_find_disk_error__reads_what_compiled_libraries_say(text: str, number: int, told: type | None) -> None:
    found = find_disk_error(ValueError(text.format(number=number)))
    assert (type(found) if found else None) is told
