"""What is kept: the last things used, each made once."""

from announcer.services.kept import Kept


def test_a_thing_is_made_once_and_found_again() -> None:
    kept: Kept[str] = Kept(2)
    asked = []

    def make() -> str:
        asked.append(1)
        return "page"

    assert [kept.made("a", make) for _ in range(3)] == ["page"] * 3
    assert len(asked) == 1
    assert kept.find("b") is None


def test_what_was_not_used_for_longest_is_let_go() -> None:
    kept: Kept[int] = Kept(2)
    for number, name in enumerate("ab"):
        kept.keep(name, number)
    kept.find("a")
    kept.keep("c", 2)
    assert [kept.find(name) for name in "abc"] == [0, None, 2]
