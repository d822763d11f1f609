"""The two plain texts beside the files of a release: what they are, and on what terms they may be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exporters.published_files import LICENCE, PublishedFile

_RULE = "-" * 72


def write_readme(manifest: Mapping[str, Any], files: tuple[PublishedFile, ...]) -> bytes:
    """What the folder holds, of which release and day, and how to check it; Spanish first."""
    number, day = manifest["release"], manifest["published_at"][:10]
    names = "\n".join(
        f"  {file.name}" + (f" ({file.path})" if file.path != file.name else "")
        for file in files
        if file.name != LICENCE
    )
    licence = _licence(manifest)
    publisher = manifest["publisher"]["name"]
    es = [
        "REGISTRO ABIERTO DE EXENCIONES TRIBUTARIAS DE GUATEMALA",
        f"Publicación {number}, del {day} (UTC). Estados al {manifest['status_date']}.",
        *(["DATOS INVENTADOS DE DEMOSTRACIÓN: ningún nombre, NIT ni beneficio es verdadero."] * _is_demo(manifest)),
        *([f"Publica: {publisher}."] if publisher else []),
        *([f"Contacto: {manifest['contact']}."] if manifest["contact"] else []),
        f"Licencia: {licence or 'no declarada; pregunte a quien publica'}. Vea LICENSE.txt.",
        "",
        "Archivos:",
        names,
        "",
        "Qué significa cada columna: dictionary.csv. Tipos, claves y resúmenes para programas: datapackage.json.",
        "Una celda vacía no es un cero: las columnas jobs_status y amount_status dicen por qué falta el número.",
        "Los NIT son texto: impórtelos como texto.",
        "",
        "Cómo comprobarlo: el manifiesto (manifest.json) dice el tamaño y el SHA-256 de cada archivo. El resumen de un",
        "archivo suyo se calcula con `sha256sum archivo`; los archivos que terminan en .gz se comparan tal como están.",
        "`exemptions verify CARPETA` comprueba todo.",
    ]
    en = [
        "OPEN REGISTRY OF TAX EXEMPTIONS OF GUATEMALA",
        f"Release {number}, of {day} (UTC). Statuses as of {manifest['status_date']}.",
        *(["INVENTED DEMONSTRATION DATA: no name, NIT or benefit is real."] * _is_demo(manifest)),
        *([f"Publisher: {publisher}."] if publisher else []),
        *([f"Contact: {manifest['contact']}."] if manifest["contact"] else []),
        f"Licence: {licence or 'not declared; ask the publisher'}. See LICENSE.txt.",
        "",
        "What each column means: dictionary.csv. Types, keys and digests for programs: datapackage.json.",
        "An empty cell is no zero: the columns jobs_status and amount_status tell why the number is missing.",
        "NITs are text: import them as text.",
        "",
        "How to check: the manifest (manifest.json) tells size and SHA-256 of every file. The digest of your file",
        "is computed with `sha256sum file`; files that end in .gz are compared as they are.",
        "`exemptions verify FOLDER` checks everything.",
    ]
    return "\n".join([*es, "", _RULE, "", *en, ""]).encode()


def write_licence(manifest: Mapping[str, Any]) -> bytes:
    """The terms of use of the files, and how to name their source."""
    name, url, number = manifest["license"]["name"], manifest["license"]["url"], manifest["release"]
    source = manifest["publisher"]["name"] or "Registro abierto de exenciones tributarias de Guatemala"
    if not name and not url:
        return (
            "Quien publica este registro todavía no ha declarado una licencia para los datos.\n\n"
            "The publisher of this registry has not declared a licence for the data yet.\n"
        ).encode()
    terms = "\n".join(part for part in (name, url) if part)
    es = f"Los archivos de la publicación {number} se publican con la licencia:\n\n{terms}\n\nCite la fuente así:"
    en = f"The files of release {number} are published under the licence:\n\n{terms}\n\nName the source like this:"
    citation = f"{source}, publicación {number}, {manifest['published_at'][:10]}."
    return f"{es}\n{citation}\n\n{_RULE}\n\n{en}\n{citation}\n".encode()


def _licence(manifest: Mapping[str, Any]) -> str:
    name, url = manifest["license"]["name"], manifest["license"]["url"]
    return f"{name} ({url})" if name and url else name or url


def _is_demo(manifest: Mapping[str, Any]) -> int:
    return 1 if manifest["demonstration"] else 0
