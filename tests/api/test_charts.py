"""Charts before they are drawn: what stands in the specification, the table and the CSV."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from api.charts.chart import Break, Chart, ChartKind, Column, Mark, Row, Unit
from api.charts.classes import class_of, make_classes
from api.charts.colours import CLASSES, NOTHING
from api.charts.geography import fit_map, label_places, project
from api.charts.layout import PIXELS, SMALL, Width
from api.charts.spec import chart_size, chart_spec
from api.charts.table import chart_csv, chart_table
from api.charts.wording import drawn_text, text_width, wrap_text
from exemptions.catalogs import load_catalogs

SMALLEST_PX = 11
YEAR = Column("year", "Año", Unit.YEAR)
MONEY = Column("amount_gtq", "Monto", Unit.MONEY)


def chart(kind: ChartKind, columns: tuple[Column, ...], rows: tuple[Row, ...], **more: Any) -> Chart:
    words = {"title": "Título", "finding": "Hallazgo.", "coverage": "Deja fuera: 1.", "unit": "Unidad"}
    return Chart(name="x", kind=kind, columns=columns, rows=rows, missing="sin dato", **words, **more)


SERIES = chart(
    ChartKind.COLUMNS,
    (YEAR, MONEY),
    ((2020, Decimal("1500000.50")), (2021, None), (2022, Decimal(0)), (2023, Decimal("2500000.00"))),
    breaks=(Break(2022, "Cambia el método"),),
)
LINES = chart(
    ChartKind.LINES,
    (YEAR, Column("a", "Proyectados", Unit.COUNT), Column("b", "Reportados", Unit.COUNT)),
    ((2020, 10, None), (2021, None, 4), (2022, 12, 11)),
    breaks=(Break(2021, "Cambia el método"),),
)
BARS = chart(
    ChartKind.BARS,
    (Column("code", "Código", Unit.CODE), Column("name", "Nombre", Unit.NAME), MONEY),
    (("A", 'Uno, con «comillas» y "otras"', Decimal("-5.00")), ("B", "Dos", None), (None, "Los otros 3", Decimal(7))),
    is_rest_last=True,
)
MAP = chart(
    ChartKind.MAP,
    (Column("department", "Código", Unit.CODE), Column("name", "Nombre", Unit.NAME), Column("n", "N", Unit.COUNT)),
    tuple((code, f"Lugar {code}", None if code == "17" else int(code)) for code in load_catalogs().departments),
)
CURVE = chart(
    ChartKind.CURVE,
    (Column("n", "N", Unit.COUNT), Column("who", "Quiénes", Unit.SHARE), Column("what", "Cuánto", Unit.SHARE)),
    ((0, Decimal(0), Decimal(0)), (10, Decimal("0.1"), Decimal("0.6")), (100, Decimal(1), Decimal(1))),
    marks=(Mark(1, "Los 10 mayores: 60.0%"),),
    even="Si todos igual",
)  # fmt: skip
ALL = [SERIES, LINES, BARS, MAP, CURVE]


def layers(made: Chart, width: Width = Width.WIDE) -> list[dict[str, Any]]:
    return list(chart_spec(made, width)["layer"])


def drawn(made: Chart, mark: str, field: str) -> list[Any]:
    """The values of a field in all layers of a mark."""
    return [
        row[field]
        for layer in layers(made)
        if layer["mark"]["type"] == mark and field in {part.get("field") for part in layer["encoding"].values()}
        for row in layer["data"]["values"]
    ]


def texts(made: Chart) -> list[Any]:
    return [row[layer["encoding"]["text"]["field"]] for layer in layers(made) if layer["mark"]["type"] == "text"
            for row in layer["data"]["values"]]  # fmt: skip


def font_sizes(spec: object) -> Iterator[float]:
    if isinstance(spec, dict):
        yield from (float(value) for key, value in spec.items() if key == "fontSize")
        for value in spec.values():
            yield from font_sizes(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from font_sizes(value)


@pytest.mark.parametrize("made", ALL, ids=[made.kind for made in ALL])
def test_spec__of_a_phone_has_no_text_too_small_and_its_stated_size(made: Chart) -> None:
    for width in Width:
        spec = json.loads(json.dumps(chart_spec(made, width)))
        assert min(font_sizes(spec)) >= SMALLEST_PX
        around = spec["padding"]
        assert chart_size(made, width) == (
            round(spec["width"] + around["left"] + around["right"]),
            round(spec["height"] + around["top"] + around["bottom"]),
        )
        assert chart_size(made, width)[0] == PIXELS[width]


def test_columns__leave_a_year_without_figure_empty_and_draw_a_reported_zero() -> None:
    assert drawn(SERIES, "rect", "value") == [1500000.5, 0.0, 2500000.0]
    assert "sin dato" in texts(SERIES)


def test_lines__break_where_there_is_no_figure() -> None:
    paths = [layer for layer in layers(LINES) if layer["mark"].get("invalid") == "break-paths-show-domains"]
    assert [[row["value"] for row in path["data"]["values"]] for path in paths] == [[10, None, 12], [None, 4, 11]]
    assert len({json.dumps(path["mark"]["strokeDash"]) for path in paths}) == 2


@pytest.mark.parametrize("made", [SERIES, LINES], ids=["columns", "lines"])
def test_series__draw_a_rule_where_the_method_changes(made: Chart) -> None:
    assert "Cambia el método" in texts(made)
    assert "Cambia el método" not in texts(replace(made, breaks=()))
    rules = [layer for layer in layers(made) if layer["mark"].get("strokeDash") == [4, 3]]
    assert len(rules) == 1


def test_bars__write_every_value_and_colour_the_rest_apart() -> None:
    assert {"−Q\u00a05", "Q\u00a07", "sin dato"} <= {text for text in texts(BARS) if isinstance(text, str)}
    colours = drawn(BARS, "rect", "colour")
    assert len(colours) == 2 and len(set(colours)) == 2


def test_map__joins_all_departments_by_their_codes() -> None:
    assert set(label_places()) == set(load_catalogs().departments)
    shapes = [layer for layer in layers(MAP) if layer["mark"]["type"] == "geoshape"]
    looked_up = [row for layer in shapes for row in layer["transform"][0]["from"]["data"]["values"]]
    assert {row["code"] for row in looked_up} == set(load_catalogs().departments)
    assert [row["fill"] for row in looked_up if row["code"] == "17"] == [NOTHING.light]


def test_map__has_peten_in_the_north_and_izabal_in_the_east() -> None:
    scale, translate = fit_map(400, 400)
    places = {code: project(place, scale, translate) for code, place in label_places().items()}
    assert min(places, key=lambda code: places[code][1]) == "17"
    assert max(places, key=lambda code: places[code][0]) == "18"
    assert min(places, key=lambda code: places[code][0]) == "12"
    assert all(0 <= x <= 400 and 0 <= y <= 400 for x, y in places.values())


def test_classes__hold_every_value_once_and_set_the_capital_apart() -> None:
    amounts = [Decimal(n) for n in (0, 3, 3, 8, 20, 21, 25, 60, 70, 80, 9_000)]
    classes = make_classes(amounts)
    assert len(classes) == len(CLASSES)
    assert [class_of(value, classes) for value in amounts] == sorted(class_of(value, classes) for value in amounts)
    assert classes[-1].low == classes[-1].high == 9_000
    assert all(low.high < high.low for low, high in pairwise(classes))
    assert make_classes([Decimal(4), Decimal(4)])[0].high == 4
    assert make_classes([]) == ()


def test_csv__is_the_drawn_rows_exactly() -> None:
    text = chart_csv(BARS).decode()
    assert text.startswith("code,name,amount_gtq\r\n")
    assert list(csv.reader(io.StringIO(text)))[1:] == [
        ["A", "Uno, con «comillas» y \"otras\"", "-5.00"], ["B", "Dos", ""], ["", "Los otros 3", "7"],
    ]  # fmt: skip


def test_table__says_what_is_not_known_and_writes_money_exactly() -> None:
    table = chart_table(SERIES)
    told = [row[1].text.replace("\u00a0", " ") for row in table.rows]
    assert told == ["Q 1,500,000.50", "sin dato", "Q 0.00", "Q 2,500,000.00"]
    assert [row[1].is_missing for row in table.rows] == [False, True, False, False]
    assert table.head == 0


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        ("1234567890.12", 1_000_000, "Q\u00a01,234.6"),
        ("49999.99", 1_000_000, "Q\u00a049,999.99"),
        ("0", 1_000_000, "Q\u00a00.0"),
        ("-2500000", 1_000_000, "−Q\u00a02.5"),
        ("1234.50", 1, "Q\u00a01,234.50"),
        ("1234.00", 1, "Q\u00a01,234"),
    ],
)
def test_money__in_a_picture_never_rounds_to_nothing(value: str, scale: int, text: str) -> None:
    assert drawn_text(Decimal(value), Unit.MONEY, scale) == text


def test_words__are_wrapped_into_their_room_and_cut_only_with_a_sign() -> None:
    words = "Organismo, entidad descentralizada o autónoma del Estado de Guatemala"
    lines = wrap_text(words, 120, 12, lines=9)
    assert " ".join(lines) == words
    assert all(text_width(line, 12) <= 120 for line in lines)
    assert wrap_text(words, 120, 12, lines=2)[-1].endswith("…")


def test_series__never_write_the_words_of_two_rules_over_each_other() -> None:
    label = "método no declarado"
    years = range(2013, 2025)
    made = replace(
        SERIES,
        rows=tuple((year, Decimal(1_000_000)) for year in years),
        breaks=tuple(Break(year, label) for year in (2018, 2022, 2023)),
    )
    for width in Width:
        spans = []
        for layer in layers(made, width):
            for row in layer["data"]["values"]:
                if "top" in row and row["label"] and layer["mark"]["type"] == "text":
                    length = text_width(label, SMALL[width])
                    spans.append((row["at"] - length, row["at"]) if row["right"] else (row["at"], row["at"] + length))
        spans.sort()
        assert spans or width is Width.NARROW
        rules = next(layer for layer in layers(made, width) if layer["mark"].get("strokeDash") == [4, 3])
        places = [row["x"] for row in rules["data"]["values"]]
        assert not any(start < x < end for start, end in spans for x in places)
        assert all(one[1] < other[0] for one, other in pairwise(spans))
