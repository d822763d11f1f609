from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.exporters.staging import Home


@pytest.fixture
def home(tmp_path: Path, database: Databases) -> Iterator[Home]:
    """An empty book with its release store."""
    made = Home(tmp_path, **database.environment())
    yield made
    made.book.close()
