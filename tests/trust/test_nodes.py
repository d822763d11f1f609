"""Several machines and the store between them: whichever dies, people go on reading, and who comes back catches up."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import fs

from exporters.manifest import verify_folder
from exporters.signing import make_key
from tests.certificates import write_authority
from tests.cli.test_serve import free_port
from tests.exporters.staging import Home, row
from tests.served import ROOT
from tests.trust.nodes import NO_S3, S3, S3_SERVER, Node, base_environment, run, wait_until
from tests.trust.proxy import NGINX, NO_NGINX, proxied
from tests.trust.readers import EDITION, Reading, readers
from tests.trust.tables import Tell, tell
from tests.trust.test_faults import let_one_person

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason=NO_NGINX),
    pytest.mark.skipif(not S3_SERVER.exists(), reason=NO_S3),
]

TABLE = "Varias máquinas: qué se mató y qué vieron los lectores"
READERS = 6
KILLED_COPIES = 6


class Publisher:
    """The machine of the staff, with the keys that may write the store."""

    def __init__(self, folder: Path, store: dict[str, str]) -> None:
        self.home = Home(folder)
        self.environment = {
            **base_environment(), **store, "EXEMPTIONS_HOME": str(folder / "home"), "EXEMPTIONS_TWO_PERSON": "off",
        }  # fmt: skip
        self.key = make_key(self.home.settings.home, at=self.home.now)
        self.edition = 0
        self.approve()
        self.home.publish()
        let_one_person(folder)

    def approve(self) -> None:
        self.edition += 1
        names = [f"Entidad {n:03d} {EDITION} {self.edition}" for n in range(10 + self.edition)]
        self.home.approve([row(n, name=name) for n, name in enumerate(names)])

    def publish(self) -> tuple[int, str]:
        """Publish the next edition by the command; gives its release and what the command complained of."""
        self.approve()
        done = run(self.environment, "publish", "--json")
        assert done.returncode == 0, done.stderr
        release: int = json.loads(done.stdout)["release"]
        return release, done.stderr

    def act(self, *words: str) -> str:
        done = run(self.environment, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout


class Machines:
    """Everything together, with people who read."""

    def __init__(self, folder: Path) -> None:
        self.store = S3(folder)
        self.publisher = Publisher(folder / "staff", self.store.environment("publisher"))
        pinned = {"EXEMPTIONS_SIGNING_KEYS": self.publisher.key.base64}
        self.authority = write_authority(folder, "ours")
        store = {**self.store.environment("reader"), **pinned}
        self.nodes = [Node(folder / f"node-{n}", store, self.authority) for n in range(3)]

    def serve(self, release: int) -> float:
        """Seconds until every machine serves that release."""
        return wait_until(lambda: all(node.serves(release) for node in self.nodes), f"all serve {release}")

    def close(self) -> None:
        self.publisher.home.book.close()
        for node in self.nodes:
            node.kill()
        self.store.signal(signal.SIGCONT)
        self.store.signal(signal.SIGKILL)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    made = Machines(tmp_path_factory.mktemp("machines"))
    try:
        made.publisher.act("upload")
        for node in made.nodes:
            node.come_back()
        made.serve(1)
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def port(machines: Machines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    places = [f"127.0.0.1:{node.port}" for node in machines.nodes]
    folder, staff = tmp_path_factory.mktemp("nginx"), f"127.0.0.1:{free_port()}"
    with proxied(folder, staff, machines=places, trusted=machines.authority.path) as proxy:
        yield proxy.port


def check(record_property: Tell, act: str, reading: Reading, caught_up_s: float, *, times: int = 1) -> None:
    """Nobody saw an error or two releases in one answer; tell of it."""
    assert not reading.faults, reading.faults
    assert reading.answers > 20
    tell(
        record_property,
        TABLE,
        qué=act,
        veces=times,
        lecturas=reading.answers,
        errores_o_mezclas=sum(reading.faults.values()),
        a_lo_anterior=reading.steps_back,
        más_lenta_s=reading.slowest_s,
        al_día_en_s=caught_up_s,
    )


def test_publication__reaches_every_machine(machines: Machines, port: int, record_property: Tell) -> None:
    with readers(port, READERS) as reading:
        release, complaint = machines.publisher.publish()
        caught_up_s = machines.serve(release)
    assert "almacén" not in complaint
    check(record_property, "publicar con todo en pie", reading, caught_up_s)


def test_rights__of_a_machine_that_serves_do_not_write_the_store(machines: Machines) -> None:
    reader = machines.store.environment("reader")
    refused = run({**machines.publisher.environment, **reader}, "upload", "--verify", "--json")
    assert not refused.stderr, refused.stderr
    # It has all that is published, so nothing had to be written.
    assert (refused.returncode, json.loads(refused.stdout)["uploaded"]) == (0, [])
    key, secret = reader["AWS_ACCESS_KEY_ID"], reader["AWS_SECRET_ACCESS_KEY"]
    place = f"127.0.0.1:{machines.store.port}"
    system = fs.S3FileSystem(
        access_key=key, secret_key=secret, endpoint_override=place, scheme="http", region="us-east-1"
    )
    for act in (
        lambda: system.open_output_stream("publicaciones/registro/current.json").close(),
        lambda: system.delete_file("publicaciones/registro/current.json"),
    ):
        with pytest.raises(OSError, match=r"ACCESS_DENIED|Access Denied"):
            act()


def test_a_killed_machine__catches_up(machines: Machines, port: int, record_property: Tell) -> None:
    for node in machines.nodes:
        with readers(port, READERS) as reading:
            time.sleep(0.5)
            node.kill()
            release, _ = machines.publisher.publish()
            others = [other for other in machines.nodes if other is not node]
            wait_until(lambda others=others, release=release: all(o.serves(release) for o in others), "the others")
            node.come_back()
            caught_up_s = machines.serve(release)
        check(record_property, "kill -9 de una máquina del público", reading, caught_up_s)


def test_a_store_that_hangs__is_waited_for_by_nobody(machines: Machines, port: int, record_property: Tell) -> None:
    with readers(port, READERS) as reading:
        machines.store.signal(signal.SIGSTOP)
        release, complaint = machines.publisher.publish()
        assert "no responde" in complaint and "exemptions upload" in complaint
        assert machines.publisher.home.pointer()["release"] == release
        assert all(node.serves(release - 1) for node in machines.nodes)
        machines.store.signal(signal.SIGCONT)
        machines.publisher.act("upload")
        caught_up_s = machines.serve(release)
    check(record_property, "almacén detenido (SIGSTOP) mientras se publica", reading, caught_up_s)


def test_a_store_that_lost_everything__is_filled_again(machines: Machines, port: int, record_property: Tell) -> None:
    with readers(port, READERS) as reading:
        machines.store.signal(signal.SIGKILL)
        release, complaint = machines.publisher.publish()
        assert "no responde" in complaint
        for node in machines.nodes:
            node.signal_following(signal.SIGSTOP)
        machines.store.start()
        for node in machines.nodes:
            node.signal_following(signal.SIGCONT)
        # An empty store takes nothing away from who has copied from it.
        wait_until(lambda: "no tiene ninguna publicación" in machines.nodes[0].log(), "the empty store is told")
        assert all(node.serves(release - 1) for node in machines.nodes)
        machines.publisher.act("work", "--once")
        caught_up_s = machines.serve(release)
    check(record_property, "kill -9 del almacén, que vuelve vacío", reading, caught_up_s)


def test_a_killed_copy__goes_on(machines: Machines, port: int, record_property: Tell) -> None:
    node, when = machines.nodes[0], random.Random("copies")
    with readers(port, READERS) as reading:
        release, _ = machines.publisher.publish()
        for _ in range(KILLED_COPIES):
            time.sleep(when.uniform(0.0, 1.5))
            node.kill_following()
            pointed = node.pointed()
            assert pointed in (release - 1, release)
            told = json.loads((node.releases / "current.json").read_bytes())
            verify_folder(node.releases / str(pointed), sha256=told["manifest_sha256"])
            if pointed == release:
                release, _ = machines.publisher.publish()
            node.follow()
        caught_up_s = machines.serve(release)
    check(record_property, "kill -9 de la copia, en cualquier momento", reading, caught_up_s, times=KILLED_COPIES)


def test_a_killed_upload__goes_on(machines: Machines, port: int, record_property: Tell) -> None:
    publisher, when = machines.publisher, random.Random("uploads")
    alone = {name: value for name, value in publisher.environment.items() if name != "EXEMPTIONS_RELEASE_STORE"}
    with readers(port, READERS) as reading:
        publisher.approve()
        release = json.loads(run(alone, "publish", "--json").stdout)["release"]
        killed = 0
        for _ in range(KILLED_COPIES):
            command = [sys.executable, "-m", "api.cli", "upload"]
            with subprocess.Popen(command, env=publisher.environment, cwd=ROOT, stderr=subprocess.DEVNULL) as uploading:
                time.sleep(when.uniform(0.8, 3.0))
                uploading.kill()
            killed += uploading.returncode == -signal.SIGKILL
            assert all(node.pointed() in (release - 1, release) for node in machines.nodes)
        publisher.act("upload")
        caught_up_s = machines.serve(release)
    check(record_property, "kill -9 de la subida, en cualquier momento", reading, caught_up_s, times=killed)


def test_a_damaged_file_of_the_store__is_served_by_nobody(machines: Machines, port: int, record_property: Tell) -> None:
    with readers(port, READERS) as reading:
        for node in machines.nodes:
            node.kill_following()
        release, _ = machines.publisher.publish()
        keys = machines.store.environment("publisher")
        system = fs.S3FileSystem(
            access_key=keys["AWS_ACCESS_KEY_ID"], secret_key=keys["AWS_SECRET_ACCESS_KEY"], scheme="http",
            endpoint_override=f"127.0.0.1:{machines.store.port}", region="us-east-1",
        )  # fmt: skip
        path = f"publicaciones/registro/{release}/records.arrow"
        whole = system.open_input_stream(path, compression=None).read()
        with system.open_output_stream(path, compression=None) as sink:
            sink.write(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        for node in machines.nodes:
            node.follow()
        for node in machines.nodes:
            wait_until(lambda node=node: "records.arrow no es lo que dice" in node.log(), "the damage is told")
            assert node.serves(release - 1)
        assert f"Subidas: {release}" in machines.publisher.act("upload", "--verify")
        caught_up_s = machines.serve(release)
    check(record_property, "un archivo dañado en el almacén", reading, caught_up_s)


def test_a_withdrawal__reaches_every_machine(machines: Machines, port: int, record_property: Tell) -> None:
    # Of its own, so that a clean one is left, whatever ran before.
    gone, _ = machines.publisher.publish()
    machines.serve(gone)
    word = f"{EDITION} {machines.publisher.edition}".encode()
    with readers(port, READERS) as reading:
        machines.publisher.act("withdraw", str(gone), "--reason", "No debió publicarse.")
        caught_up_s = machines.serve(gone + 1)
    check(record_property, "retirar la publicación actual", reading, caught_up_s)
    for node in machines.nodes:
        wait_until(lambda node=node: not (node.releases / str(gone)).exists(), "its folder is gone")
        # Column files hold names as they are; the release before has other ones.
        assert not any(word in path.read_bytes() for path in node.releases.rglob("records.arrow"))


def test_the_dead_machine_of_the_staff__is_missed_by_no_reader(
    machines: Machines, port: int, record_property: Tell, tmp_path: Path
) -> None:
    environment = {**machines.publisher.environment, "EXEMPTIONS_ROLE": "staff"}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(free_port()), "--workers", "1"]
    with (tmp_path / "staff.log").open("wb") as log, readers(port, READERS) as reading:
        serving = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        time.sleep(4)
        os.killpg(serving.pid, signal.SIGKILL)
        serving.wait(10)
        time.sleep(2)
        release, _ = machines.publisher.publish()
        caught_up_s = machines.serve(release)
    check(record_property, "kill -9 de la máquina del personal", reading, caught_up_s)
