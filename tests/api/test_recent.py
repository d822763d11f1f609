"""The bounded memory of what was asked for last."""

from api.recent import Recent


def test_recent__drops_what_was_not_asked_for_the_longest() -> None:
    memory: Recent[str, str] = Recent(capacity=2)
    memory.keep("a", "A")
    memory.keep("b", "B")
    assert memory.find("a") == "A"
    memory.keep("c", "C")
    assert (memory.find("a"), memory.find("b"), memory.find("c")) == ("A", None, "C")


def test_recent__stays_within_its_weight_and_keeps_no_giant() -> None:
    memory: Recent[int, bytes] = Recent(capacity=160, weigh=len)
    memory.keep(0, b"x" * 11)
    assert memory.find(0) is None
    for key in range(1, 40):
        memory.keep(key, b"x" * 10)
        memory.keep(key, b"y" * 10)
    assert [key for key in range(1, 40) if memory.find(key) is not None] == list(range(24, 40))
