"""The tables that `make trust` prints say what the tests told."""

from tests.trust.tables import markdown, tables, tell


def test_tables__add_keep_the_largest_and_list() -> None:
    told: list[tuple[str, object]] = [("other", 1)]

    def record(name: str, value: object) -> None:
        told.append((name, value))

    tell(record, "Kills", act="load", kills=1, slowest_s=0.5, seen="whole")
    tell(record, "Kills", act="load", kills=2, slowest_s=0.25, seen="whole")
    tell(record, "Kills", act="load", kills=0, slowest_s=0.75, seen="one ahead")
    tell(record, "Kills", act="publish", kills=1200, slowest_s=1.0, seen="whole")
    found = tables(told)
    assert found == {
        "Kills": {
            "load": {"act": "load", "kills": 3, "slowest_s": 0.75, "seen": "whole; one ahead"},
            "publish": {"act": "publish", "kills": 1200, "slowest_s": 1.0, "seen": "whole"},
        }
    }
    assert markdown("Kills", found["Kills"]).splitlines() == [
        "Kills",
        "",
        "| act | kills | slowest s | seen |",
        "| --- | --- | --- | --- |",
        "| load | 3 | 0.8 | whole; one ahead |",
        "| publish | 1,200 | 1.0 | whole |",
    ]
