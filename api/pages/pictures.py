"""Pictures at addresses of their own, by subject and chart, as SVG, PNG and CSV; and how a page shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response

from api.charts.chart import Chart
from api.charts.drawing import finish_svg, frame_for_sharing, placeholder_svg
from api.charts.layout import Width
from api.charts.renderer import PictureUnavailable
from api.charts.spec import chart_size, chart_spec
from api.charts.table import Table, chart_csv, chart_table
from api.conditional import Headers, Representation, answer_body
from api.formatting import format_day
from api.pages.blueprint import pages
from api.pages.language import page_language, page_url
from api.pages.picture_bars import activities_chart, categories_chart, largest_chart, municipalities_chart
from api.pages.picture_curve import concentration_chart
from api.pages.picture_estimates import constant_chart, estimates_chart
from api.pages.picture_map import amounts_map, benefits_map, jobs_map
from api.pages.picture_series import amounts_chart, begun_chart, jobs_chart
from api.pages.picture_subjects import Subject, find_subject
from api.pages.render import page_reader
from api.pages.texts import gettext as _
from api.pages.values import Reader
from api.parameters import parameter_reader
from api.releases_at import download_name, release_numbered
from api.state import absolute, app_state
from exemptions.calendar import guatemala_day
from exemptions.errors import NotFound
from exemptions.release import Release

_BUILD: Mapping[str, Callable[[Release, Subject, Reader], Chart | None]] = {
    "categorias": categories_chart,
    "actividades": activities_chart,
    "municipios": municipalities_chart,
    "mayores": largest_chart,
    "montos": amounts_chart,
    "empleos": jobs_chart,
    "inicios": begun_chart,
    "mapa": benefits_map,
    "mapa-montos": amounts_map,
    "mapa-empleos": jobs_map,
    "concentracion": concentration_chart,
    "gasto-tributario": estimates_chart,
    "gasto-tributario-constante": constant_chart,
}
"""Name of a picture → what makes its figures; None where a subject has none to show."""

_SVG = "image/svg+xml; charset=utf-8"
_PNG = "image/png"
_CSV = "text/csv; charset=utf-8; header=present"
_PNG_SCALE = 2.0
_RETRY_S = "5"


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a picture and the size it is drawn at."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a page shows it: its drawings for two widths of screen, its table, and its files."""

    chart: Chart
    table: Table
    narrow: Source
    wide: Source
    svg_url: str
    png_url: str
    csv_url: str


def subject_pictures(release: Release, kind: str, code: str, *names: str) -> tuple[Picture, ...]:
    """The pictures of a subject that have something to show; `names` chooses some of them, in the order given.

    `kind` and `code` are those of `picture_subjects`.
    Raises: NotFound for a subject that does not exist; KeyError for a picture that its kind does not have.
    """
    reader = page_reader(release)
    subject = find_subject(release, kind, code, reader)
    unknown = set(names) - set(subject.kind.charts)
    if unknown:
        raise KeyError(unknown.pop())
    app_state().renderer.prepare()
    charts = (_BUILD[name](release, subject, reader) for name in names or subject.kind.charts)
    return tuple(_picture(release, subject, chart) for chart in charts if chart is not None)


@pages.get("/graficas/<kind>/<code>/<chart>.svg", endpoint="picture_svg")
def show_svg(kind: str, code: str, chart: str) -> Response:
    """A picture for pages, in two widths, that follows the reader's colour scheme."""
    reader = parameter_reader("release", "w")
    number, _as_of = reader.release()
    width = Width(reader.name("w", tuple(Width), Width.WIDE))
    reader.raise_problems()
    asked = _find(kind, code, chart, number)
    try:
        return _answer(asked, _SVG, width, lambda: (_draw(asked, width), ()))
    except PictureUnavailable as error:
        return _answer_placeholder(error, chart_size(asked.chart(), width))


@pages.get("/graficas/<kind>/<code>/<chart>.png", endpoint="picture_png")
def show_png(kind: str, code: str, chart: str) -> Response:
    """A picture to be shared, with its title, its finding and its source in it."""
    asked = _asked(kind, code, chart)

    def make() -> tuple[bytes, Headers]:
        made = asked.chart()
        drawn = app_state().renderer.draw_svg(chart_spec(made, Width.WIDE))
        framed = frame_for_sharing(drawn, made, source=_source(asked))
        return app_state().renderer.draw_png(framed, scale=_PNG_SCALE), (_named(asked, ".png", "inline"),)

    return _answer(asked, _PNG, Width.WIDE, make, compressible=False)


@pages.get("/graficas/<kind>/<code>/<chart>.csv", endpoint="picture_csv")
def show_csv(kind: str, code: str, chart: str) -> Response:
    """Exactly the figures that the picture draws."""
    asked = _asked(kind, code, chart)
    return _answer(asked, _CSV, Width.WIDE, lambda: (chart_csv(asked.chart()), (_named(asked, ".csv", "attachment"),)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The picture that an address names."""

    release: Release
    subject: Subject
    name: str
    reader: Reader
    pinned: bool

    @property
    def path(self) -> tuple[str, ...]:
        return (self.subject.kind.slug, self.subject.code, self.name)

    def chart(self) -> Chart:
        """Its figures and words.

        Raises: NotFound where there is nothing to show.
        """
        made = _BUILD[self.name](self.release, self.subject, self.reader)
        if made is None:
            raise NotFound("Esta gráfica no tiene datos publicados.", "This picture has no published figures.")
        return made


def _asked(kind: str, code: str, chart: str) -> _Asked:
    reader = parameter_reader("release")
    number, _as_of = reader.release()
    reader.raise_problems()
    return _find(kind, code, chart, number)


def _find(kind: str, code: str, chart: str, number: int | None) -> _Asked:
    release = release_numbered(number)
    reader = page_reader(release)
    subject = find_subject(release, kind, code, reader)
    if chart not in subject.kind.charts:
        raise NotFound("No existe esa gráfica.", "There is no such picture.")
    return _Asked(release, subject, chart, reader, number is not None)


def _answer(
    asked: _Asked,
    media_type: str,
    width: Width,
    make: Callable[[], tuple[bytes, Headers]],
    *,
    compressible: bool = True,
) -> Response:
    representation = Representation(
        release=asked.release,
        key="\x00".join((*asked.path, width, page_language())),
        media_type=media_type,
        pinned=asked.pinned,
        by_language=False,
        compressible=compressible,
    )
    response = answer_body(representation, make)
    response.headers["Content-Language"] = page_language()
    return response


def _draw(asked: _Asked, width: Width) -> bytes:
    """The finished SVG; kept, because each coding of an answer is made from it."""
    key = (asked.release.manifest_sha256, *asked.path, width, page_language())
    found = app_state().drawn.find(key)
    if found is None:
        made = asked.chart()
        found = finish_svg(app_state().renderer.draw_svg(chart_spec(made, width)), made, lang=page_language())
        app_state().drawn.keep(key, found)
    return found


def _answer_placeholder(error: PictureUnavailable, size: tuple[int, int]) -> Response:
    """Words where a picture should be: a browser shows them, while programs see that it failed."""
    response = Response(
        placeholder_svg(error.text(page_language()), size), HTTPStatus.SERVICE_UNAVAILABLE, content_type=_SVG
    )
    response.headers["Retry-After"] = _RETRY_S
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = page_language()
    return response


def _picture(release: Release, subject: Subject, chart: Chart) -> Picture:
    def url(suffix: str, *more: tuple[str, str]) -> str:
        path = page_url(f"picture_{suffix}", kind=subject.kind.slug, code=subject.code, chart=chart.name)
        return f"{path}?{urlencode([*more, ('release', str(release.number))])}"

    def source(width: Width) -> Source:
        return Source(url("svg", ("w", width.value)), *chart_size(chart, width))

    return Picture(
        chart=chart,
        table=chart_table(chart),
        narrow=source(Width.NARROW),
        wide=source(Width.WIDE),
        svg_url=url("svg"),
        png_url=url("png"),
        csv_url=url("csv"),
    )


def _source(asked: _Asked) -> list[str]:
    """Where a shared picture is from: publisher, release and its day; and that its data is invented, where it is."""
    release = asked.release
    publisher = release.manifest["publisher"].get("name")
    told = _(
        "Registro abierto de exenciones tributarias, publicación %(number)s, del %(day)s",
        number=release.number,
        day=format_day(guatemala_day(release.published_at), page_language()),
    )
    address = absolute("")
    lines = [". ".join(part for part in (publisher, told, address) if part) + "."]
    if release.manifest["demonstration"]:
        lines.append(_("Datos inventados de demostración."))
    return lines


def _named(asked: _Asked, suffix: str, disposition: str) -> tuple[str, str]:
    name = download_name(asked.release, "-".join(asked.path).lower() + suffix)
    return ("Content-Disposition", f'{disposition}; filename="{name}"')
