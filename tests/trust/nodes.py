"""Machines of a registry that share a store: one publishes, three serve, and a server speaks S3 between them."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.certificates import Authority
from tests.cli.test_serve import free_port
from tests.outside.tools import PROGRAMS, run_script
from tests.served import ROOT, wait_until_answered

S3_SERVER = PROGRAMS / "moto_server"
NO_S3 = "there is no S3 server: `make trust` installs one"
PATIENCE_S = 120.0

# Two people of the store: one may do everything, one may read. Their keys are the same at every start.
_RIGHTS = """
import json, sys, urllib.request, boto3
address = sys.argv[1]
urllib.request.urlopen(urllib.request.Request(address + "/moto-api/seed?a=8", method="POST")).read()
given = dict(endpoint_url=address, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
boto3.client("s3", **given).create_bucket(Bucket="publicaciones")
iam, keys = boto3.client("iam", **given), {}
for name, actions in {"publisher": ["s3:*"], "reader": ["s3:GetObject", "s3:ListBucket"]}.items():
    statement = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    keys[name] = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
# From here on everybody is asked for a right.
asked = {"Content-Type": "application/octet-stream"}
urllib.request.urlopen(urllib.request.Request(address + "/moto-api/reset-auth", data=b"0", headers=asked)).read()
print(json.dumps(keys))
"""


def base_environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", "AWS_EC2_METADATA_DISABLED": "true"}


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """One command of the registry, on the machine with these settings."""
    command = [sys.executable, "-m", "api.cli", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def wait_until(is_so: Callable[[], bool], what: str) -> float:
    """Seconds until it is so."""
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > PATIENCE_S:
            pytest.fail(f"it did not happen: {what}")
        time.sleep(0.1)
    return time.monotonic() - begun


class S3:
    """The store. It keeps what it has in its memory: killed, it comes back empty.

    While it starts nobody may ask it, or its keys would be other ones.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._log = folder / "s3.log"
        self.start()

    def start(self) -> None:
        command = [str(S3_SERVER), "-H", "127.0.0.1", "-p", str(self.port)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, env=base_environment(), stdout=log, stderr=log)
        wait_until_answered(f"http://127.0.0.1:{self.port}/moto-api/", self.process)
        done = run_script(_RIGHTS, f"http://127.0.0.1:{self.port}")
        assert done.returncode == 0, done.stderr
        self.keys: dict[str, dict[str, str]] = json.loads(done.stdout)

    def environment(self, who: str) -> dict[str, str]:
        place = f"s3://publicaciones/registro?endpoint_override=127.0.0.1:{self.port}&scheme=http&region=us-east-1"
        return {"EXEMPTIONS_RELEASE_STORE": place, **self.keys[who]}

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait(10)


@dataclass
class Node:
    """A machine that serves: what copies, with the reader's keys, and what answers, with none."""

    folder: Path
    store: dict[str, str]
    authority: Authority
    """Who vouches for the certificate that it shows to the proxy."""
    port: int = field(default_factory=free_port)
    following: subprocess.Popen[bytes] | None = None
    serving: subprocess.Popen[bytes] | None = None

    @property
    def releases(self) -> Path:
        return self.folder / "releases"

    def environment(self) -> dict[str, str]:
        places = {"EXEMPTIONS_HOME": str(self.folder / "nothing"), "EXEMPTIONS_RELEASES": str(self.releases)}
        return {**base_environment(), **places, **self._certificate(), "EXEMPTIONS_ROLE": "public"}

    def _certificate(self) -> dict[str, str]:
        certificate, key = self.folder / "server.crt", self.folder / "server.key"
        if not key.exists():
            self.folder.mkdir(exist_ok=True)
            self.authority.write_certificate(self.folder)
        return {"EXEMPTIONS_TLS_CERTIFICATE": str(certificate), "EXEMPTIONS_TLS_KEY": str(key)}

    def follow(self) -> None:
        with (self.folder / "follow.log").open("ab") as log:
            self.following = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "follow", "--every", "0.5"],
                env={**self.environment(), **self.store}, cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip

    def serve(self) -> None:
        with (self.folder / "serve.log").open("ab") as log:
            self.serving = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve", "--port", str(self.port), "--workers", "1"],
                env=self.environment(), cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def come_back(self) -> None:
        """As systemd starts it: it catches up before it serves."""
        run({**self.environment(), **self.store}, "follow")
        self.follow()
        self.serve()

    def kill(self) -> None:
        """As when its power fails."""
        if self.serving is not None:
            os.killpg(self.serving.pid, signal.SIGKILL)
            self.serving.wait(10)
        self.kill_following()

    def signal_following(self, number: signal.Signals) -> None:
        assert self.following is not None
        self.following.send_signal(number)

    def kill_following(self) -> None:
        if self.following is not None:
            self.following.kill()
            self.following.wait(10)

    def pointed(self) -> int | None:
        path = self.releases / "current.json"
        return json.loads(path.read_bytes())["release"] if path.exists() else None

    def figures(self) -> dict[str, float]:
        """What it tells of itself; nothing while it does not answer."""
        context = ssl.create_default_context(cafile=self.authority.path)
        try:
            with urlopen(f"https://127.0.0.1:{self.port}/metrics", timeout=10, context=context) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return {}
        told = (line.rsplit(" ", 1) for line in lines if line.startswith("registry_") and "{" not in line)
        return {name: float(value) for name, value in told}

    def serves(self, release: int) -> bool:
        return self.figures().get("registry_served_release") == release

    def log(self) -> str:
        return (self.folder / "follow.log").read_text(encoding="utf-8")
