"""The steps of a publication, for those who wait for it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from exemptions.errors import Sentence


class Step(StrEnum):
    """What is being done, in this order. Each is announced when it begins."""

    RECONCILE = "reconcile"
    APPLY = "apply"
    PROJECT = "project"
    TABLES = "tables"
    DOWNLOADS = "downloads"
    SCAN = "scan"
    INDEX = "index"
    MANIFEST = "manifest"
    SYNC = "sync"
    PLACE = "place"
    COMMIT = "commit"
    SWITCH = "switch"
    DELETE = "delete"
    """Only when something is withdrawn."""

    @property
    def sentence(self) -> Sentence:
        """The step in words."""
        return _SENTENCES[self]


Progress = Callable[[Step], None]
Tell = Callable[[Sentence], None]
"""Is told what is being done, in words."""

_SENTENCES = {
    Step.RECONCILE: Sentence("Comprobando lo publicado", "Checking what is published"),
    Step.APPLY: Sentence("Aplicando los lotes aprobados", "Applying the approved batches"),
    Step.PROJECT: Sentence("Aplicando la política de divulgación", "Applying the disclosure policy"),
    Step.TABLES: Sentence("Escribiendo las tablas", "Writing the tables"),
    Step.DOWNLOADS: Sentence("Escribiendo las descargas", "Writing the downloads"),
    Step.SCAN: Sentence("Buscando identificadores privados", "Looking for private identifiers"),
    Step.INDEX: Sentence("Haciendo el índice de búsqueda", "Building the search index"),
    Step.MANIFEST: Sentence("Calculando las huellas", "Computing the hashes"),
    Step.SYNC: Sentence("Asegurando los archivos en el disco", "Bringing the files to the disk"),
    Step.PLACE: Sentence("Colocando la publicación", "Putting the release in place"),
    Step.COMMIT: Sentence("Anotando en el libro de registro", "Entering it into the book of record"),
    Step.SWITCH: Sentence("Cambiando a la publicación nueva", "Switching to the new release"),
    Step.DELETE: Sentence("Borrando lo que se retiró", "Deleting what was withdrawn"),
}


def ignore_progress(_step: Step) -> None:
    """Tell nobody."""
