"""The licences that catalogues of open data know, by the address that a publisher names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownLicence:
    """What others call a licence."""

    spdx: str
    """Identifier of the SPDX list, which Data Package uses too."""
    authority: str
    """Code of the licence table of the Publications Office of the European Union, which DCAT-AP uses."""


_KNOWN: Mapping[str, KnownLicence] = {
    "creativecommons.org/licenses/by/4.0": KnownLicence("CC-BY-4.0", "CC_BY_4_0"),
    "creativecommons.org/licenses/by-sa/4.0": KnownLicence("CC-BY-SA-4.0", "CC_BYSA_4_0"),
    "creativecommons.org/publicdomain/zero/1.0": KnownLicence("CC0-1.0", "CC0"),
    "opendatacommons.org/licenses/by/1-0": KnownLicence("ODC-By-1.0", "ODC_BY"),
    "opendatacommons.org/licenses/odbl/1-0": KnownLicence("ODbL-1.0", "ODC_BL"),
    "opendatacommons.org/licenses/pddl/1-0": KnownLicence("PDDL-1.0", "ODC_PDDL"),
}
"""Address without scheme, `www.` and page of a language → licence."""


def find_licence(url: str) -> KnownLicence | None:
    """The licence at an address; None for an address that these catalogues do not know."""
    place = url.strip().lower().partition("://")[2].removeprefix("www.")
    for known, licence in _KNOWN.items():
        if place == known or place.startswith(f"{known}/"):
            return licence
    return None
