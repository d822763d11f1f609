"""The catalogues: types, categories, taxes, places and activities, and how a text finds its code in them.

They are versioned data files of this package; catalog/README.md tells what each column means and where its facts come
from.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from exemptions import catalog_build as build
from exemptions.catalog_categories import read_categories, read_types
from exemptions.catalog_checks import check_catalogs
from exemptions.catalog_entries import (
    Activity,
    ActivityDivision,
    ActivitySection,
    Authority,
    CatalogName,
    Category,
    Department,
    Entry,
    ExemptType,
    ExpenditureGroup,
    Law,
    Mechanism,
    Municipality,
    Personeria,
    Scenario,
    Tax,
)
from exemptions.catalog_files import Faults
from exemptions.columns import PersonKind
from exemptions.errors import CatalogError
from exemptions.text import fold_expr

PACKAGED = Path(__file__).parent / "catalog"

# Names of municipalities repeat across departments; in every other catalogue two entries never share a name.
_MAY_REPEAT = frozenset({CatalogName.MUNICIPALITIES})


@dataclass(frozen=True, eq=False)
class Catalogs:
    """Every catalogue, each a mapping from code to entry in file order, and the lookups made from them.

    Folded texts are those of `exemptions.text.fold_text`. A text that means two codes is in no lookup.
    """

    version: str
    """The declared version and the first digits of a hash of the files."""
    types: Mapping[str, ExemptType]
    categories: Mapping[str, Category]
    taxes: Mapping[str, Tax]
    mechanisms: Mapping[str, Mechanism]
    authorities: Mapping[str, Authority]
    departments: Mapping[str, Department]
    municipalities: Mapping[str, Municipality]
    activity_sections: Mapping[str, ActivitySection]
    activity_divisions: Mapping[str, ActivityDivision]
    activities: Mapping[str, Activity]
    expenditure_groups: Mapping[str, ExpenditureGroup]
    laws: Mapping[str, Law]
    rtu_personerias: Mapping[str, Personeria]
    scenarios: Mapping[str, Scenario]
    """Empty in releases made before they were a catalogue."""

    municipality_by_name: Mapping[tuple[str, str], str] = field(init=False)
    """(department code, folded name or code) → municipality code."""
    rtu_types: Mapping[tuple[PersonKind, str], str] = field(init=False)
    """(person, RTU type code) → category, for the codes of one category only."""
    shared_rtu_types: Mapping[tuple[PersonKind, str], tuple[str, ...]] = field(init=False)
    """(person, RTU type code) → the categories that share it (Decree 29-89 has one code for seven regimes)."""
    rtu_classifications: Mapping[tuple[PersonKind, str], str] = field(init=False)
    """(person, RTU classification code) → exempt type."""
    ambiguous: Mapping[CatalogName, tuple[str, ...]] = field(init=False)
    """Folded texts that name two entries of a catalogue where that must not be."""
    _aliases: Mapping[CatalogName, Mapping[str, str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        folded = _fold_all(self)
        lookups = {name: _unique(_own_texts(self, name, folded)) for name in CatalogName}
        ambiguous = {name: texts for name, (_, texts) in lookups.items() if texts and name not in _MAY_REPEAT}
        rtu = _rtu_owners(self)
        derived: dict[str, Mapping[Any, Any]] = {
            "municipality_by_name": _by_department(self, folded),
            "rtu_types": {key: owners[0] for key, owners in rtu.items() if len(owners) == 1},
            "shared_rtu_types": {key: owners for key, owners in rtu.items() if len(owners) > 1},
            "rtu_classifications": {
                (part.person, part.classification): kind.code for kind in self.types.values() for part in kind.rtu
            },
            "ambiguous": ambiguous,
            "_aliases": {
                name: MappingProxyType(_unique(_rtu_texts(self, name, folded))[0] | known)
                for name, (known, _) in lookups.items()
            },
        }
        for name, mapping in derived.items():
            object.__setattr__(self, name, MappingProxyType(mapping))

    def entries(self, name: CatalogName) -> Mapping[str, Entry]:
        """One catalogue by its name."""
        catalog: Mapping[str, Entry] = getattr(self, name.value)
        return catalog

    def aliases(self, name: CatalogName) -> Mapping[str, str]:
        """Folded text → code, for codes, names in both languages, other spellings and unambiguous RTU codes and names.

        A municipality's name is here only if no other department has it; see `municipality_by_name`.
        """
        return self._aliases[name]

    def label(self, name: CatalogName, code: str, lang: str) -> str:
        """The name of an entry in `lang` ("es" or "en").

        Raises: KeyError if the catalogue has no such code.
        """
        return self.labels(name, lang)[code]

    def labels(self, name: str, lang: str) -> Mapping[str, str]:
        """Code → name in `lang` ("es" or "en") of a whole catalogue."""
        return self._labels["en" if lang == "en" else "es", name]

    @cached_property
    def _labels(self) -> Mapping[tuple[str, str], Mapping[str, str]]:
        # A page of results names a thousand codes, so that names are looked up at once and not entry by entry.
        return {
            (lang, name.value): {
                code: entry.name_en if lang == "en" else entry.name_es for code, entry in self.entries(name).items()
            }
            for lang in ("es", "en")
            for name in CatalogName
        }


def load_catalogs(folder: Path | None = None) -> Catalogs:
    """The catalogues of a folder, or those of the package, which are read once.

    Raises: CatalogError that lists every fault of the files and every contradiction between them.
    """
    return _packaged() if folder is None else _read(folder)


@cache
def _packaged() -> Catalogs:
    return _read(PACKAGED)


def _read(folder: Path) -> Catalogs:
    faults = Faults()
    catalogs = Catalogs(
        version=_version(folder, faults),
        types=read_types(folder, faults),
        categories=read_categories(folder, faults),
        taxes=build.read_taxes(folder, faults),
        mechanisms=build.read_mechanisms(folder, faults),
        authorities=build.read_authorities(folder, faults),
        departments=build.read_departments(folder, faults),
        municipalities=build.read_municipalities(folder, faults),
        activity_sections=build.read_sections(folder, faults),
        activity_divisions=build.read_divisions(folder, faults),
        activities=build.read_activities(folder, faults),
        expenditure_groups=build.read_expenditure_groups(folder, faults),
        laws=build.read_laws(folder, faults),
        rtu_personerias=build.read_personerias(folder, faults),
        scenarios=build.read_scenarios(folder, faults),
    )
    check_catalogs(catalogs, faults)
    if faults.sentences:
        raise CatalogError(
            "\n".join(fault.es for fault in faults.sentences), "\n".join(fault.en for fault in faults.sentences)
        )
    return catalogs


def _version(folder: Path, faults: Faults) -> str:
    declared = folder / "version.txt"
    if not declared.is_file():
        faults.add("Falta el archivo version.txt.", "The file version.txt is missing.")
        return ""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{declared.read_text(encoding='utf-8').strip()}+{digest.hexdigest()[:12]}"


def _fold_all(catalogs: Catalogs) -> Mapping[str, str]:
    """The folded form of every text of the catalogues, folded together because one by one it takes a second."""
    texts = {text for name in CatalogName for entry in catalogs.entries(name).values() for text in _texts(name, entry)}
    texts |= {text for category in catalogs.categories.values() for text in _category_rtu_texts(category)}
    texts |= {text for kind in catalogs.types.values() for text in _type_rtu_texts(kind)}
    ordered = pl.Series("text", sorted(texts), dtype=pl.String)
    folded = ordered.to_frame().select(fold_expr(pl.col("text"))).to_series()
    return dict(zip(ordered, folded, strict=True))


def _texts(name: CatalogName, entry: Entry) -> Iterator[str]:
    yield entry.code
    yield entry.name_es
    yield entry.name_en
    yield from entry.aliases
    # Spreadsheets drop the zero of `01` and `0101`. Not so for activities: `210` is a group as well.
    if name in (CatalogName.DEPARTMENTS, CatalogName.MUNICIPALITIES):
        yield entry.code.lstrip("0")


def _own_texts(catalogs: Catalogs, name: CatalogName, folded: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for entry in catalogs.entries(name).values():
        for text in _texts(name, entry):
            yield folded[text], entry.code


def _rtu_texts(catalogs: Catalogs, name: CatalogName, folded: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if name is CatalogName.CATEGORIES:
        for category in catalogs.categories.values():
            for text in _category_rtu_texts(category):
                yield folded[text], category.code
    elif name is CatalogName.TYPES:
        for kind in catalogs.types.values():
            for text in _type_rtu_texts(kind):
                yield folded[text], kind.code


def _category_rtu_texts(category: Category) -> Iterator[str]:
    for part in category.rtu:
        yield from (part.type, f"{part.classification}/{part.type}", part.name)


def _type_rtu_texts(kind: ExemptType) -> Iterator[str]:
    for part in kind.rtu:
        yield from (part.classification, part.name)


def _unique(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The texts that mean one code, and those that mean more."""
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for text, code in pairs:
        codes[text].add(code)
    known = {text: next(iter(found)) for text, found in codes.items() if len(found) == 1}
    return known, tuple(text for text, found in codes.items() if len(found) > 1)


def _by_department(catalogs: Catalogs, folded: Mapping[str, str]) -> Mapping[tuple[str, str], str]:
    known: dict[tuple[str, str], str] = {}
    for department in catalogs.departments:
        own = (
            (folded[text], entry.code)
            for entry in catalogs.municipalities.values()
            if entry.department == department
            for text in _texts(CatalogName.MUNICIPALITIES, entry)
        )
        known |= {(department, text): code for text, code in _unique(own)[0].items()}
    return known


def _rtu_owners(catalogs: Catalogs) -> Mapping[tuple[PersonKind, str], tuple[str, ...]]:
    owners: defaultdict[tuple[PersonKind, str], list[str]] = defaultdict(list)
    for category in catalogs.categories.values():
        for part in category.rtu:
            owners[part.person, part.type].append(category.code)
    return {key: tuple(codes) for key, codes in owners.items()}
