"""A process of the public role must not be able to read what is private."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.role import refuse_private_access
from exemptions.errors import SettingsError
from exemptions.settings import read_settings
from exporters.signing import make_key
from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, record


def test_role_public__serves_what_is_published(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)])
    client = make_app(tmp_path, EXEMPTIONS_ROLE="public").test_client()
    assert client.get("/api/v1/records").json["total"] == 1


@pytest.mark.parametrize("private", ["book.sqlite", "keys", "uploads", "staged"])
def test_role_public__refuses_to_start_where_it_can_read_what_is_private(tmp_path: Path, private: str) -> None:
    place = tmp_path / private
    place.touch() if "." in private else place.mkdir()
    with pytest.raises(SettingsError) as refused:
        make_app(tmp_path, EXEMPTIONS_ROLE="public")
    assert "EXEMPTIONS_HOME" in refused.value.en
    assert str(place) in refused.value.es


def test_role_public__refuses_to_start_where_it_can_read_the_signing_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC))
    private = tmp_path / "keys" / "signing.key"
    # A folder that shows no names lets a known one be read all the same.
    monkeypatch.setattr("api.role.os.access", lambda path, _mode: path == private)
    with pytest.raises(SettingsError) as refused:
        make_app(tmp_path, EXEMPTIONS_ROLE="public")
    assert str(private) in refused.value.es


def test_role_public__refuses_to_start_where_it_can_read_what_the_public_reported(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(SettingsError, match="EXEMPTIONS_INBOX"):
        make_app(tmp_path, EXEMPTIONS_ROLE="public", EXEMPTIONS_INBOX=str(tmp_path / "elsewhere"))


def test_role_public__refuses_to_start_with_a_database(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        make_app(tmp_path, EXEMPTIONS_ROLE="public", DATABASE_URL="postgresql+psycopg://registry@db/registry")


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every file")
def test_role_public__starts_where_the_book_belongs_to_another_user(tmp_path: Path) -> None:
    book = tmp_path / "book.sqlite"
    book.touch(mode=0o000)
    refuse_private_access(read_settings({"EXEMPTIONS_HOME": str(tmp_path), "EXEMPTIONS_ROLE": "public"}))


def test_role_all__may_read_everything(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)])
    (tmp_path / "book.sqlite").touch()
    assert make_app(tmp_path).test_client().get("/health/ready").status_code == 200
