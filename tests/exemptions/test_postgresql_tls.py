"""The book on another machine: reached by TLS with the server's certificate checked, and by a password."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from api.cli import commands
from exemptions.database import open_book
from exemptions.engines import refuse_clear_connections
from exemptions.errors import RegistryError, SettingsError
from exemptions.settings import read_settings
from tests.certificates import write_authority
from tests.cli.test_serve import free_port
from tests.databases import NoServer, Server, running_server

EXAMPLE = Path(__file__).parents[2] / "docs" / "ejemplo.csv"
PASSWORD = "una-clave-que-no-se-dice"
HBA = """local all all trust
hostssl all all 127.0.0.1/32 scram-sha-256
"""


@dataclass
class Remote:
    """A server that is only reached by TLS, and the authorities that one may know."""

    server: Server
    folder: Path

    def url(self, *, user: str = "staff_tls", password: str = PASSWORD, options: str = "") -> str:
        where = f"{user}:{password}@localhost:{self.server.port}/registro"
        return f"postgresql://{where}?{options or self.checked()}"

    def checked(self, authority: str = "ours") -> str:
        return f"sslmode=verify-full&sslrootcert={self.folder / authority}.pem"


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    folder = tmp_path_factory.mktemp("authorities")
    authority = write_authority(folder, "ours")
    write_authority(folder, "theirs")

    def prepare(data: Path) -> Sequence[str]:
        authority.write_certificate(data)
        (data / "pg_hba.conf").write_text(HBA)
        return ("ssl=on", "listen_addresses=127.0.0.1", "password_encryption=scram-sha-256")

    try:
        with running_server(prepare, free_port()) as server:
            with server.connect() as connection:
                for user in ("owner_tls", "staff_tls"):
                    connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'")
                connection.execute("CREATE DATABASE registro OWNER owner_tls")
            with server.connect("registro") as connection:
                connection.execute("ALTER SCHEMA public OWNER TO owner_tls")
            yield Remote(server, folder)
    except NoServer as error:
        pytest.skip(f"no PostgreSQL with TLS: {error}")


@pytest.fixture(scope="module")
def granted(remote: Remote, tmp_path_factory: pytest.TempPathFactory) -> Remote:
    """The tables made and the rights given, by the owner, over TLS."""
    home = tmp_path_factory.mktemp("owner")
    address = {"DATABASE_URL": remote.url(user="owner_tls")}
    environment = {"EXEMPTIONS_HOME": str(home), "EXEMPTIONS_TWO_PERSON": "off", **address}
    done = CliRunner().invoke(commands, ["grants", "--staff", "staff_tls"], env=environment)
    assert done.exit_code == 0, done.output
    return remote


def test_tls__migrate_load_approve_and_publish(granted: Remote, tmp_path: Path) -> None:
    environment = {
        "EXEMPTIONS_HOME": str(tmp_path / "home"),
        "EXEMPTIONS_BASE_URL": "https://registro.example",
        "DATABASE_URL": granted.url(),
    }
    for words in (("load", "registry", str(EXAMPLE), "--approve"), ("publish",)):
        done = CliRunner().invoke(commands, words, env=environment)
        assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "home" / "releases" / "current.json").read_bytes())["release"] == 1
    book = open_book(read_settings(environment))
    with book.read() as session:
        assert session.scalar(text("SELECT count(*) FROM record_version")) > 0
        told = session.execute(
            text(
                "SELECT s.version LIKE 'TLS%', current_user FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid() AND s.ssl"
            )
        ).fetchall()
    book.close()
    with granted.server.connect() as connection:
        stored = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'staff_tls'").fetchone()
    assert told == [(True, "staff_tls")]
    assert stored is not None and stored[0].startswith("SCRAM-SHA-256$")


@pytest.mark.parametrize(
    ("password", "options", "reason"),
    [
        (PASSWORD, "theirs", "certificate verify failed"),
        (PASSWORD, "absent", "does not exist"),
        ("otra", "ours", "password authentication failed"),
        (PASSWORD, "sslmode=disable", "no pg_hba.conf entry|no encryption"),
    ],
)
def test_tls__what_does_not_fit_is_refused_in_a_sentence_without_the_password(
    granted: Remote, tmp_path: Path, password: str, options: str, reason: str
) -> None:
    url = granted.url(password=password, options=options if "=" in options else granted.checked(options))
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), "DATABASE_URL": url}
    refused = CliRunner().invoke(commands, ["doctor"], env=environment).exception
    assert isinstance(refused, SettingsError), refused
    for told in (refused.es, refused.en, str(refused), refused.text("en")):
        assert re.search(reason, told)
        assert PASSWORD not in told and ":otra@" not in told


def test_tls__a_password_among_the_options_is_not_told_either(granted: Remote, tmp_path: Path) -> None:
    url = f"postgresql://staff_tls@localhost:{granted.server.port}/registro?{granted.checked()}&password=equivocada"
    refused = CliRunner().invoke(
        commands, ["doctor"], env={"EXEMPTIONS_HOME": str(tmp_path / "home"), "DATABASE_URL": url}
    )
    assert isinstance(refused.exception, RegistryError)
    assert "equivocada" not in refused.output + refused.exception.es + refused.exception.en


def test_tls__the_server_takes_nobody_in_the_clear(remote: Remote) -> None:
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(
            host="127.0.0.1", port=remote.server.port, user="staff_tls", password=PASSWORD, dbname="registro",
            sslmode="disable",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "is_refused"),
    [
        ("sqlite:////tmp/book.sqlite", False),
        ("postgresql://u@/registro", False),
        ("postgresql://u@/registro?host=/run/postgresql", False),
        ("postgresql://u@localhost/registro", False),
        ("postgresql://u@127.0.0.1:5433/registro", False),
        ("postgresql://u@[::1]/registro", False),
        ("postgresql://u@primaria.example/registro?sslmode=verify-full", False),
        ("postgresql://u@primaria.example/registro?sslmode=verify-ca", False),
        ("postgresql://u@uno.example,dos.example/registro?sslmode=require", False),
        ("postgresql://u@primaria.example/registro", True),
        ("postgresql://u@10.0.0.10/registro?sslmode=prefer", True),
        ("postgresql://u@primaria.example/registro?sslmode=allow", True),
        ("postgresql://u:x@primaria.example/registro?sslmode=disable", True),
        ("postgresql://u@localhost,dos.example/registro", True),
        ("postgresql://u@/registro?host=uno.example,dos.example", True),
        ("postgresql://u@localhost.example/registro", True),
    ],
)
def test_clear__another_machine_is_refused(tmp_path: Path, url: str, is_refused: bool) -> None:
    if not is_refused:
        refuse_clear_connections(url)
        return
    with pytest.raises(SettingsError, match="sslmode=verify-full") as refused:
        refuse_clear_connections(url)
    assert "u:x@" not in str(refused.value)
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), "DATABASE_URL": url}
    site = environment | {"EXEMPTIONS_BASE_URL": "https://registro.example"}
    done = CliRunner().invoke(commands, ["doctor"], env=site)
    assert isinstance(done.exception, SettingsError) and "EXEMPTIONS_DATABASE_TLS" in str(done.exception)
    assert read_settings(site | {"EXEMPTIONS_DATABASE_TLS": "optional"}).database_tls == "optional"
