"""Answers that a release alone decides: the only question is which one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa
from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, download_name, read_choice
from api.v1.answers import release_facts
from exemptions.release import Release
from exporters.csv_format import LINE_END
from exporters.formats import Format

JSON = "application/json"
CSV = "text/csv"


def answer_json(path: str, make: Callable[[Release], Mapping[str, object]], *, by_language: bool = False) -> Response:
    """What `make` tells of the chosen release, after the release's own facts."""

    def write(release: Release) -> tuple[bytes, Headers]:
        return encode_json({**release_facts(release), **make(release)}), ()

    return _answer(path, JSON, JSON, write, by_language=by_language)


def answer_csv(
    path: str, name: str, schema: Mapping[str, Any], make: Callable[[Release], Iterable[Sequence[object]]]
) -> Response:
    """The lines of the chosen release as CSV; `name` is that of the file, after the release's."""

    def write(release: Release) -> tuple[bytes, Headers]:
        frame = pl.DataFrame(list(make(release)), schema=dict(schema), orient="row")
        disposition = f'attachment; filename="{download_name(release, f"{name}.csv")}"'
        headers = (("Content-Disposition", disposition), ("X-Total-Count", str(frame.height)))
        return frame.write_csv(line_terminator=LINE_END).encode(), headers

    return _answer(path, CSV, f"{CSV}; charset=utf-8; header=present", write)


def answer_table(path: str, name: str, form: Format, make: Callable[[Release], pa.RecordBatch]) -> Response:
    """A small table of the chosen release in a format; `name` is that of the file, after the release's."""

    def write(release: Release) -> tuple[bytes, Headers]:
        batch = make(release)
        disposition = f'attachment; filename="{download_name(release, f"{name}{form.suffix}")}"'
        headers = (("Content-Disposition", disposition), ("X-Total-Count", str(batch.num_rows)))
        return b"".join(form.stream([batch], schema=batch.schema)), headers

    return _answer(path, form.media_type.split(";")[0], form.media_type, write)


def _answer(
    path: str,
    asked: str,
    media_type: str,
    make: Callable[[Release], tuple[bytes, Headers]],
    *,
    by_language: bool = False,
) -> Response:
    reader = parameter_reader(*CHOICE)
    choice = read_choice(reader)
    reader.raise_problems()
    require_acceptable(asked)
    release = chosen_release(choice)
    representation = Representation(
        release=release, key=path, media_type=media_type, pinned=choice.is_pinned, by_language=by_language
    )
    return answer_body(representation, lambda: make(release))
