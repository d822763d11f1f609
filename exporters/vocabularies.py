"""The addresses by which catalogues of open data name formats, places, languages, themes and rights.

Source: authority tables of the Publications Office of the European Union, as DCAT-AP 3.0 §12 asks for; IANA.
"""

from __future__ import annotations

from collections.abc import Mapping

AUTHORITY = "http://publications.europa.eu/resource/authority/"
_IANA = "https://www.iana.org/assignments/media-types/"

GUATEMALA = f"{AUTHORITY}country/GTM"
SPANISH = f"{AUTHORITY}language/SPA"
ENGLISH = f"{AUTHORITY}language/ENG"
PUBLIC = f"{AUTHORITY}access-right/PUBLIC"
IRREGULAR = f"{AUTHORITY}frequency/IRREG"
NEVER = f"{AUTHORITY}frequency/NEVER"
STABLE = f"{AUTHORITY}planned-availability/STABLE"
THEMES = (f"{AUTHORITY}data-theme/ECON", f"{AUTHORITY}data-theme/GOVE")
THEME_TAXONOMY = f"{AUTHORITY}data-theme"

_FILE_TYPES: Mapping[str, str] = {
    "csv": "CSV",
    "json": "JSON",
    # The table has no type for JSON by lines; its objects are JSON.
    "ndjson": "JSON",
    "parquet": "PARQUET",
    "xlsx": "XLSX",
    "txt": "TXT",
}
_MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
}
"""Form of a file → its registered media type; that of NDJSON is not registered."""


def file_type(form: str) -> str | None:
    """The address of the type of a file, None if the table has none."""
    return f"{AUTHORITY}file-type/{_FILE_TYPES[form]}" if form in _FILE_TYPES else None


def media_type(form: str) -> str | None:
    """The address of a registered media type, None for a form without one."""
    return f"{_IANA}{_MEDIA_TYPES[form]}" if form in _MEDIA_TYPES else None


def concepts() -> dict[str, tuple[str, str, str, str]]:
    """What a reader without the tables needs to know: address → class, table, name in Spanish and in English."""
    told = {
        GUATEMALA: ("dct:Location", "country", "Guatemala", "Guatemala"),
        SPANISH: ("dct:LinguisticSystem", "language", "español", "Spanish"),
        ENGLISH: ("dct:LinguisticSystem", "language", "inglés", "English"),
        PUBLIC: ("dct:RightsStatement", "access-right", "público", "public"),
        IRREGULAR: ("dct:Frequency", "frequency", "irregular", "irregular"),
        NEVER: ("dct:Frequency", "frequency", "nunca", "never"),
        STABLE: ("skos:Concept", "planned-availability", "estable", "stable"),
        THEMES[0]: ("skos:Concept", "data-theme", "Economía y finanzas", "Economy and finance"),
        THEMES[1]: ("skos:Concept", "data-theme", "Gobierno y sector público", "Government and public sector"),
    }
    for code in sorted(set(_FILE_TYPES.values())):
        told[f"{AUTHORITY}file-type/{code}"] = ("dct:MediaTypeOrExtent", "file-type", code, code)
    return told
