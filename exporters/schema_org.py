"""The registry in the words of schema.org, for the search engines of data: the same facts as in the DCAT catalogue.

Source: schema.org/Dataset, schema.org/DataCatalog.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from exemptions.errors import Sentence
from exporters.datapackage import ABOUT, ABOUT_EN, TITLE, TITLE_EN
from exporters.dcat import KEYWORDS, Site, is_distribution
from exporters.published_files import PublishedFile, list_published

_CONTEXT = "https://schema.org"
_TITLE, _ABOUT = Sentence(TITLE, TITLE_EN), Sentence(ABOUT, ABOUT_EN)
_INVENTED = Sentence("Datos inventados de demostración. ", "Invented demonstration data. ")
_RELEASE = Sentence("publicación", "release")


def build_dataset(manifest: Mapping[str, Any], site: Site, *, lang: str) -> dict[str, Any]:
    """A release as a `Dataset` with its files."""
    number = manifest["release"]
    files = [file for file in list_published(manifest) if is_distribution(file)]
    return {"@context": _CONTEXT, **_dataset(manifest, number, manifest["published_at"], site, lang)} | {
        "temporalCoverage": manifest["status_date"],
        "dateModified": manifest["published_at"],
        "keywords": list(KEYWORDS["en" if lang == "en" else "es"]),
        "inLanguage": "es",
        "isAccessibleForFree": True,
        "spatialCoverage": {"@type": "Country", "name": "Guatemala", "identifier": "GT"},
        "includedInDataCatalog": {"@type": "DataCatalog", "name": _TITLE.text(lang), "url": site.at("/publicaciones")},
        "distribution": [_download(file, number, site, lang) for file in files],
    }


def build_data_catalog(
    manifest: Mapping[str, Any], releases: Sequence[tuple[int, str]], site: Site, *, lang: str
) -> dict[str, Any]:
    """All releases, each by number and the instant of its publication, as a `DataCatalog`; `manifest` is the newest."""
    return {
        "@context": _CONTEXT,
        "@type": "DataCatalog",
        "@id": site.at("/datos#catalogue"),
        "name": _TITLE.text(lang),
        "description": _about(manifest, lang),
        "url": site.at("/publicaciones"),
        "publisher": _publisher(manifest),
        "dataset": [_dataset(manifest, number, at, site, lang) for number, at in releases],
        **_licence(manifest),
    }


def _dataset(manifest: Mapping[str, Any], number: int, at: str, site: Site, lang: str) -> dict[str, Any]:
    return {
        "@type": "Dataset",
        "@id": site.dataset(number),
        "name": f"{_TITLE.text(lang)}, {_RELEASE.text(lang)} {number}",
        "description": _about(manifest, lang),
        "url": site.at(f"/publicaciones/{number}"),
        "identifier": site.dataset(number),
        "version": str(number),
        "datePublished": at,
        "publisher": _publisher(manifest),
        "creator": _publisher(manifest),
        **_licence(manifest),
    }


def _download(file: PublishedFile, number: int, site: Site, lang: str) -> dict[str, Any]:
    title = file.table.title.text(lang) if file.table else file.name
    return {
        "@type": "DataDownload",
        "name": f"{title} ({file.form})",
        "encodingFormat": file.media_type,
        "contentUrl": site.at(f"/downloads/{number}/{file.name}"),
        "contentSize": f"{file.plain_bytes} B",
        "sha256": file.plain_sha256,
    }


def _about(manifest: Mapping[str, Any], lang: str) -> str:
    return (_INVENTED.text(lang) if manifest["demonstration"] else "") + _ABOUT.text(lang)


def _publisher(manifest: Mapping[str, Any]) -> dict[str, str]:
    name, url = manifest["publisher"]["name"] or TITLE, manifest["publisher"]["url"]
    return {"@type": "Organization", "name": name} | ({"url": url} if url else {})


def _licence(manifest: Mapping[str, Any]) -> dict[str, str]:
    name, url = manifest["license"]["name"], manifest["license"]["url"]
    return {"license": url or name} if url or name else {}
