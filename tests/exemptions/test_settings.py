"""Which settings of a shared store are let through, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from exemptions.errors import SettingsError
from exemptions.settings import read_settings


@pytest.mark.parametrize(
    "address",
    [
        "", "s3://bucket/registro", "s3://bucket?region=us-east-1&endpoint_override=127.0.0.1:9000&scheme=http",
        "gs://bucket/registro", "hdfs://namenode:8020/registro", "file:///mnt/publicaciones",
    ],
)  # fmt: skip
def test_release_store__takes_what_pyarrow_reads(address: str) -> None:
    assert read_settings({"EXEMPTIONS_RELEASE_STORE": address}).release_store == address


@pytest.mark.parametrize(
    "address",
    ["/mnt/publicaciones", "publicaciones", "https://bucket.example/registro", "s3://", "s3:///registro", "file:///"],
)
def test_release_store__refuses_others_by_name(address: str) -> None:
    with pytest.raises(SettingsError, match="EXEMPTIONS_RELEASE_STORE"):
        read_settings({"EXEMPTIONS_RELEASE_STORE": address})


@pytest.mark.parametrize("address", ["s3://llave:muy-oculta@bucket/registro", "s3://bucket?secret_key=muy-oculta"])
def test_release_store__refuses_a_secret_and_does_not_repeat_it(address: str) -> None:
    with pytest.raises(SettingsError, match="AWS_SECRET_ACCESS_KEY") as refused:
        read_settings({"EXEMPTIONS_RELEASE_STORE": address})
    assert "oculta" not in refused.value.es + refused.value.en


@pytest.mark.parametrize("below", ["home", "home/releases", "home/releases/delta", "home/uploads", "."])
def test_release_store__is_a_folder_apart(tmp_path: Path, below: str) -> None:
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), "EXEMPTIONS_RELEASE_STORE": f"file://{tmp_path}/{below}"}
    with pytest.raises(SettingsError, match="EXEMPTIONS_RELEASE_STORE"):
        read_settings(environment)


def test_least_release__is_a_whole_number() -> None:
    assert read_settings({"EXEMPTIONS_LEAST_RELEASE": "41"}).least_release == 41
    for wrong in ("-1", "4.5", "cuatro", "١", "1" * 10):
        with pytest.raises(SettingsError, match="EXEMPTIONS_LEAST_RELEASE"):
            read_settings({"EXEMPTIONS_LEAST_RELEASE": wrong})
