"""Certificates of this machine, and authorities that vouch for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

INTERNAL_NAME = "registro.interno"
"""What the machines are called among themselves in the shipped configuration."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who vouches for certificates; its own is in the file `path`."""

    path: Path
    name: x509.Name
    key: ec.EllipticCurvePrivateKey

    def write_certificate(self, folder: Path) -> tuple[Path, Path]:
        """Paths of a certificate of this machine in `folder`, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(_named("primaria"), self.name, key, self.key, is_authority=False)
        certificate, private = folder / "server.crt", folder / "server.key"
        certificate.write_bytes(made.public_bytes(Encoding.PEM))
        private.touch(mode=0o600)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, private


def write_authority(folder: Path, name: str) -> Authority:
    """A certificate authority, whose own certificate is put into `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(_named(name), _named(name), key, key, is_authority=True)
    path = folder / f"{name}.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return Authority(path, _named(name), key)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.DNSName(INTERNAL_NAME), x509.IPAddress(ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(signer, SHA256())
    )
