"""Headers find their columns in any usual writing; what is missing, double or misnamed is told by name."""

from __future__ import annotations

import pytest

from exemptions.datasets import REGISTRY_COLUMNS
from loaders.mapping import find_header
from loaders.options import Header, ReadingRefused, ReadOptions
from tests.loaders.registry_files import HEADERS

REQUIRED = ["NIT", "NOMBRE", "TIPO_EXENTO", "CATEGORIA_EXENTO"]


def refusal(*rows: list[str], **options: object) -> list[tuple[int | None, str, str, str]]:
    """Row, column, key and rule of everything for which a header is refused."""
    with pytest.raises(ReadingRefused) as refused:
        find_header(rows, ReadOptions(**options))  # type: ignore[arg-type]
    return [(finding.row, finding.column, finding.key, finding.rule) for finding in refused.value.findings]


def test_mapping__knows_our_own_headers_keys_and_aliases() -> None:
    for column in REGISTRY_COLUMNS:
        for text in (column.header, column.key, *column.aliases):
            names = [text, *(other.header for other in REGISTRY_COLUMNS if other.required and other is not column)]
            assert find_header([names], ReadOptions()).keys[0] == column.key


@pytest.mark.parametrize(
    "text", ["Categoría exento", "categoria_exento", " CATEGORÍA  DE EXENTO ", "Categoría-Exento."]
)
def test_mapping__case_accents_spaces_and_signs_do_not_matter(text: str) -> None:
    assert find_header([["Nit", "Nombre", "Tipo exento", text]], ReadOptions()).keys[3] == "category"


def test_mapping__the_header_is_the_first_row_that_holds_every_required_column() -> None:
    rows = [["REGISTRO"], ["NIT", "NOMBRE"], ["", *REQUIRED, ""], REQUIRED]
    header = find_header(rows, ReadOptions())
    assert header == Header(3, ("", *REQUIRED, ""), (None, "nit", "name", "exempt_type", "category", None))


def test_mapping__names_every_missing_column_and_the_nearest_header() -> None:
    with pytest.raises(ReadingRefused) as refused:
        find_header([["TITULO"], ["NIT", "NOMBRES", "CATEGORIAS EXENTAS", "X"]], ReadOptions())
    found = {finding.key: finding.detail["nearest"] for finding in refused.value.findings}
    assert found == {"name": "NOMBRES", "exempt_type": "CATEGORIAS EXENTAS", "category": "CATEGORIAS EXENTAS"}
    assert {finding.row for finding in refused.value.findings} == {2}


def test_mapping__two_columns_for_one_key_are_an_error_that_names_both() -> None:
    assert refusal([*REQUIRED, "Razón social"]) == [(1, "Razón social", "name", "columna_repetida")]


def test_mapping__a_column_may_be_named_or_left_out_by_a_person() -> None:
    names = ["Contribuyente no.", *REQUIRED[1:], "Razón social"]
    options = ReadOptions(mapping={"contribuyente NO": "nit", "NOMBRE": "-", "Razón Social": "name"})
    assert find_header([names], options).keys == ("nit", None, "exempt_type", "category", "name")


def test_mapping__a_mapping_to_no_column_or_of_no_header_is_refused() -> None:
    assert refusal(REQUIRED, mapping={"NIT": "niit", "NOMBRE": "x"}) == [
        (None, "NIT", "*", "mapeo_clave_desconocida"),
        (None, "NOMBRE", "*", "mapeo_clave_desconocida"),
    ]
    assert refusal(REQUIRED, mapping={"NOMBRES": "name"}) == [(1, "NOMBRES", "*", "mapeo_sin_columna")]


def test_mapping__every_optional_header_is_known() -> None:
    header = find_header([list(HEADERS.values())], ReadOptions())
    assert header.keys == tuple(HEADERS)
    assert header.name_of("nit") == "NIT"
