"""Mail to the staff: plain text, through the server that the settings name."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from exemptions.errors import RegistryError
from exemptions.settings import ENVIRONMENT, Settings

TIMEOUT_S = 30.0
_PORTS = {"smtp": 587, "smtps": 465}


class MailFailed(RegistryError):
    """A mail could not be given to the server."""


def send_mail(settings: Settings, *, subject: str, lines: Sequence[str], at: datetime) -> None:
    """Give one mail to the server; over TLS unless it is on this machine.

    Raises: MailFailed; the message holds neither password nor recipient.
    """
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = settings.mail_from, ", ".join(settings.mail_to)
    message["Subject"], message["Date"] = subject, format_datetime(at)
    # Answers of machines to machines go on for ever (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(lines) + "\n")
    server = urlsplit(settings.mail_server)
    host, port = server.hostname or "", server.port or _PORTS[server.scheme]
    try:
        with _connect(server.scheme, host, port) as connection:
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        told = type(error).__name__
        raise MailFailed(
            f"El correo no se pudo entregar a {host}:{port} ({told}); revise {ENVIRONMENT['mail_server']}.",
            f"The mail could not be given to {host}:{port} ({told}); look at {ENVIRONMENT['mail_server']}.",
        ) from error


def _connect(scheme: str, host: str, port: int) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=trusted)
    connection = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    if host not in ("localhost", "127.0.0.1", "::1"):
        # Refused by a server without TLS: nothing is ever sent where others can read it.
        connection.starttls(context=trusted)
    return connection
