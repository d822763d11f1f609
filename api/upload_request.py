"""Requests that may carry a file: it goes to where it will be kept, not through a folder that everybody shares."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from flask import Request

from loaders.incoming import open_incoming


class UploadRequest(Request):
    """A request whose files are received into a home, once that is told."""

    upload_home: Path | None = None
    """Where files of the form go; None keeps them in memory and in the system's temporary folder, as usual."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.upload_home is None or not filename:
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        return open_incoming(self.upload_home)
