"""The columns that stand after those of a file in its rows to correct; a load knows them and leaves them out."""

from __future__ import annotations

from exemptions.errors import Sentence

CORRECTION_HEADERS: tuple[Sentence, ...] = (
    Sentence("Fila en el archivo", "Row in the file"),
    Sentence("Reglas", "Rules"),
    Sentence("Qué pasa", "What is wrong"),
    Sentence("Qué hacer", "What to do"),
)
