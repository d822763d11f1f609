"""The server of the book does not answer: staff are told so in plain words, and nobody is told where it is."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import pytest

from api.staff.current import BOOK_EXTENSION
from exemptions.database import Book
from exemptions.engines import make_engine
from tests.api.staff_area import StaffArea


@pytest.fixture
def unreachable(staffed: StaffArea) -> Iterator[StaffArea]:
    """A staff's area whose book is at two machines, neither of which answers."""
    before = staffed.app.extensions.get(BOOK_EXTENSION)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        engine = make_engine(f"postgresql://registry:s3cr3t@127.0.0.1:{port},127.0.0.1:{port}/registry")
        staffed.app.extensions[BOOK_EXTENSION] = Book(engine=engine, home=staffed.settings.home)
        yield staffed
    engine.dispose()
    if before is not None:
        staffed.app.extensions[BOOK_EXTENSION] = before


@pytest.mark.parametrize(("language", "words"), [("es", "no responde"), ("en", "does not answer")])
def test_api__answers_503_and_when_to_come_back(
    unreachable: StaffArea, caplog: pytest.LogCaptureFixture, language: str, words: str
) -> None:
    headers = {"Authorization": "Bearer whatever", "Accept-Language": language}
    with caplog.at_level(logging.WARNING, "registry.problems"):
        answer = unreachable.app.test_client().get("/api/v1/staff/batches", headers=headers)
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.json is not None
    assert answer.json["type"].endswith("#problem-book-unreachable") and words in answer.json["detail"]
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert "127.0.0.1" not in answer.text and "registry" not in answer.text
    # Who operates the service finds in the log which machines were tried.
    assert "127.0.0.1" in caplog.text and "s3cr3t" not in caplog.text


@pytest.mark.parametrize(("path", "words"), [("/staff", "no responde"), ("/en/staff", "does not answer")])
def test_page__says_so_in_plain_words(unreachable: StaffArea, path: str, words: str) -> None:
    answer = unreachable.app.test_client().get(path)
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    assert words in answer.text and "127.0.0.1" not in answer.text


def test_public__does_not_notice(unreachable: StaffArea) -> None:
    assert unreachable.app.test_client().get("/health/live").status_code == 200
