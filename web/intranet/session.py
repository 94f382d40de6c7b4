"""A session: a signed cookie in one browser, and nothing on the server."""

from flask import session

from announcer.domain.audience import Person


def start_session(person: Person) -> None:
    """Whatever the old session held is gone, its token too: nobody can have prepared this one."""
    session.clear()
    session["person"] = str(person.pseudonym)


def own_path(onward: str) -> str:
    """``onward`` if it is a path of ours, else nothing: a link must not lead elsewhere."""
    clean = onward.isprintable() and "\\" not in onward
    return onward if clean and onward.startswith("/") and not onward.startswith("//") else ""
