"""The inbox: written without being read, bounded, and never in the way of who takes the reports in."""

import json
import logging
import os
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exemptions import inbox as inboxes
from exemptions.errors import InboxFull, SettingsError
from exemptions.inbox import (
    ALPHABET,
    LONGEST,
    MAX_REPORT_BYTES,
    PLACES,
    Report,
    can_leave_reports,
    draw_number,
    find_number,
    free_abandoned,
    has_reports,
    leave_report,
    make_inbox,
    read_reports,
    remove_report,
)
from exemptions.settings import read_settings
from tests.unprivileged import unprivileged

AT = datetime(2026, 11, 20, 18, 0, 5, tzinfo=UTC)


def report(**given: object) -> Report:
    made = Report(
        number=draw_number(),
        received_at=AT,
        lang="es",
        about=None,
        text="El nombre está mal.",
        source=None,
        contact=None,
    )
    return replace(made, **given)  # type: ignore[arg-type]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    make_inbox(tmp_path / "inbox")
    return tmp_path / "inbox"


def names(inbox: Path, suffix: str) -> list[str]:
    return sorted(path.name for path in inbox.iterdir() if path.name.endswith(suffix))


def test_report__comes_back_as_it_was_left(inbox: Path) -> None:
    left = report(about="8000000000012", source="Resolución «5»", contact="ana@ejemplo.example", text="línea\nÑandú 🙂")
    left = replace(left, about=left.about[:12] if left.about else None)
    leave_report(inbox, left)
    (waiting,) = read_reports(inbox)
    assert waiting.report == left
    remove_report(inbox, waiting)
    remove_report(inbox, waiting)
    assert list(inbox.iterdir()) == []


def test_report__is_a_file_of_its_own_under_a_name_that_does_not_tell_its_number(inbox: Path) -> None:
    left = [report(), report()]
    for one in left:
        leave_report(inbox, one)
    files = names(inbox, ".json")
    assert len(files) == 2
    assert not any(one.number.lower() in name.lower() for one in left for name in files)
    assert stat.S_IMODE(inbox.stat().st_mode) == 0o700


def test_reports__come_in_the_order_of_their_arrival(inbox: Path) -> None:
    later = report(received_at=AT.replace(hour=19))
    first, second = (report(number=number) for number in ("0000000001", "0000000002"))
    for one in (later, second, first):
        leave_report(inbox, one)
    assert [waiting.report for waiting in read_reports(inbox)] == [first, second, later]


def test_inbox__that_is_full_takes_no_more_until_a_place_is_freed(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "PLACES", 3)
    for _ in range(3):
        leave_report(inbox, report())
    with pytest.raises(InboxFull):
        leave_report(inbox, report())
    assert len(read_reports(inbox)) == 3
    assert names(inbox, ".part") == []
    remove_report(inbox, read_reports(inbox)[0])
    leave_report(inbox, report())
    assert len(read_reports(inbox)) == 3


def test_inbox__is_never_overfilled_by_many_at_once(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "PLACES", 20)
    refused = []

    def leave() -> None:
        for _ in range(10):
            try:
                leave_report(inbox, report())
            except InboxFull:
                refused.append(1)

    threads = [threading.Thread(target=leave) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(read_reports(inbox)), len(refused)) == (20, 20)


def test_inbox__has_bounds_in_count_and_bytes() -> None:
    longest = {name: '"' * length for name, length in LONGEST.items()}
    widest = {name: "🙂" * length for name, length in LONGEST.items()}
    for texts in (longest, widest):
        assert len(json.dumps(texts, ensure_ascii=False).encode()) < MAX_REPORT_BYTES
    assert PLACES * MAX_REPORT_BYTES <= 33_000_000


def test_inbox__that_is_not_there_is_full_for_the_public_and_empty_for_staff(tmp_path: Path) -> None:
    assert not can_leave_reports(tmp_path / "nothing")
    assert read_reports(tmp_path / "nothing") == []
    with pytest.raises(InboxFull):
        leave_report(tmp_path / "nothing", report())


def test_inbox__leaves_nothing_of_a_report_that_could_not_be_written(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(InboxFull):
        leave_report(inbox, report())
    assert list(inbox.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"format": 1}',
        b'{"format": 1, "place": "../../book.sqlite", "number": "4F7K2M9QXB", "received_at": "2026-11-20T18:00:05Z", '
        b'"lang": "es", "about": null, "text": "x", "source": null, "contact": null}',
        b'{"format": 1, "place": "place-001", "number": "4F7K2M9QXB", "received_at": "2026-11-20T18:00:05Z", '
        b'"lang": "es", "about": null, "text": "\\u0000", "source": null, "contact": null}',
        b'{"format": 1, "place": "place-001", "number": "4F7K2M9QXB", "received_at": "2026-11-20T18:00:05Z", '
        b'"lang": "es", "about": null, "text": "\\ud800", "source": null, "contact": null}',
        b'{"format": 1, "place": "place-001", "number": "4F7K2M9QXB", "received_at": "2026-11-20T18:00:05Z", '
        b'"lang": "es", "about": "' + b"9" * 41 + b'", "text": "x", "source": null, "contact": null}',
        b'{"format": 1, "place": "place-001", "number": ["4F7K2M9QXB"], "received_at": "2026-11-20T18:00:05Z", '
        b'"lang": "es", "about": null, "text": "x", "source": null, "contact": null}',
        b'{"format": 1, "place": "place-001", "number": "4F7K2M9QXB", "received_at": 5, '
        b'"lang": "es", "about": null, "text": "x", "source": null, "contact": null}',
        b" " * (MAX_REPORT_BYTES + 1),
    ],
)
def test_file__that_is_no_report_is_put_aside_once(
    inbox: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (inbox / f"{'0' * 32}.json").write_bytes(content)
    leave_report(inbox, report())
    with caplog.at_level(logging.ERROR, "registry.inbox"):
        assert len(read_reports(inbox)) == 1
        assert len(read_reports(inbox)) == 1
    assert [record.name for record in caplog.records] == ["registry.inbox"]
    assert names(inbox, ".json")[-1] == f"refused-{'0' * 32}.json"


def test_file__that_is_a_link_or_a_pipe_is_never_opened(inbox: Path, tmp_path: Path) -> None:
    leave_report(inbox, report())
    whole = next(path for path in inbox.iterdir() if path.suffix == ".json")
    whole.rename(tmp_path / "secret.json")
    (inbox / f"{'1' * 32}.json").symlink_to(tmp_path / "secret.json")
    os.mkfifo(inbox / f"{'2' * 32}.json")
    (inbox / f"{'3' * 32}.json").mkdir()
    assert read_reports(inbox) == []
    assert (tmp_path / "secret.json").exists()


def test_abandoned__parts_and_places_are_freed_after_an_hour_and_no_others(inbox: Path) -> None:
    leave_report(inbox, report())
    (inbox / "place-999").touch()
    (inbox / f"{'4' * 32}.part").touch()
    now = (inbox / "place-999").stat().st_mtime
    free_abandoned(inbox, now=now + 3_000)
    assert len(list(inbox.iterdir())) == 4
    free_abandoned(inbox, now=now + 4_000)
    assert len(list(inbox.iterdir())) == 2
    assert len(read_reports(inbox)) == 1


def test_inbox__tells_whether_a_report_waits(inbox: Path) -> None:
    assert not has_reports(inbox)
    (inbox / "place-001").touch()
    (inbox / f"{'5' * 32}.part").touch()
    assert not has_reports(inbox)
    leave_report(inbox, report())
    assert has_reports(inbox)


def test_number__is_ten_signs_without_look_alikes_and_forgives_them() -> None:
    number = draw_number()
    assert len(number) == 10
    assert set(number) <= set(ALPHABET)
    assert not set(ALPHABET) & set("ILOU")
    assert len({draw_number() for _ in range(1_000)}) == 1_000
    assert find_number(" 4f7k2m9qxb ") == "4F7K2M9QXB"
    assert find_number("OIL0000000") == "0110000000"
    for wrong in ("", "4F7K2M9QX", "4F7K2M9QXBB", "4F7K2M9QXU", "../../etc", "4F7K2M9QX\x00", "١٢٣٤٥٦٧٨٩٠"):
        assert find_number(wrong) is None


def test_writer__needs_no_right_to_read_the_inbox() -> None:
    with unprivileged() as folder:
        inbox = folder / "inbox"
        inbox.mkdir()
        inbox.chmod(0o300)
        left = report()
        assert can_leave_reports(inbox)
        leave_report(inbox, left)
        with pytest.raises(PermissionError):
            list(inbox.iterdir())
        inbox.chmod(0o700)
        assert [waiting.report for waiting in read_reports(inbox)] == [left]


@pytest.mark.parametrize("place", ["releases", "releases/inbox", "."])
def test_settings__refuse_an_inbox_that_could_be_served(tmp_path: Path, place: str) -> None:
    environment = {
        "EXEMPTIONS_HOME": str(tmp_path / "home"),
        "EXEMPTIONS_RELEASES": str(tmp_path / "releases"),
        "EXEMPTIONS_INBOX": str(tmp_path / place),
    }
    with pytest.raises(SettingsError, match="EXEMPTIONS_INBOX"):
        read_settings(environment)


def test_settings__see_through_a_link_into_the_releases(tmp_path: Path) -> None:
    (tmp_path / "home" / "releases").mkdir(parents=True)
    (tmp_path / "inbox").symlink_to(tmp_path / "home" / "releases")
    with pytest.raises(SettingsError, match="EXEMPTIONS_INBOX"):
        read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), "EXEMPTIONS_INBOX": str(tmp_path / "inbox")})


def test_settings__put_the_inbox_into_the_home_unless_told(tmp_path: Path) -> None:
    assert read_settings({"EXEMPTIONS_HOME": str(tmp_path)}).inbox == tmp_path / "inbox"
    elsewhere = str(tmp_path / "elsewhere")
    assert read_settings({"EXEMPTIONS_HOME": str(tmp_path), "EXEMPTIONS_INBOX": elsewhere}).inbox == Path(elsewhere)
