"""What `make demo ONCE=1` left in its folder: the order, read from what came out.

``python -m tests.functional.what_the_demo_left var/demo``; says what is wrong, exit code 1.
"""

import email
import email.policy
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from defusedxml.ElementTree import fromstring

#: The organisation's own domain in the example; every other address is outside.
INSIDE = "@hallefors.example"
#: The six examples; each has a page and a poster, four name the press or always go there.
ANNOUNCEMENTS = 6
#: One of them is in three languages, and has a poster in each.
POSTERS = ANNOUNCEMENTS + 2
CONFIRMED = "uppe på intranätet, kontrollerat"


@dataclass(frozen=True)
class Mail:
    """One mail that the catcher took, and when."""

    title: str
    recipients: tuple[str, ...]
    at: datetime

    @property
    def external(self) -> bool:
        return any(not address.endswith(INSIDE) for address in self.recipients)


def mails(home: Path) -> list[Mail]:
    """Every mail with its envelope."""
    found = []
    for path in sorted((home / "mail").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        envelope = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        at = datetime.fromisoformat(envelope["accepted_at"])
        found.append(Mail(str(message["Subject"]), tuple(envelope["rcpt_to"]), at))
    return found


def confirmations(home: Path) -> dict[str, datetime]:
    """When each page was confirmed, by the first sixty characters of its title."""
    lines = (home / "timeline.txt").read_text(encoding="utf-8").splitlines()
    return {
        line[29:89].strip(): datetime.fromisoformat(line[:27])
        for line in lines
        if line.endswith(CONFIRMED)
    }


def faults(home: Path) -> Iterator[str]:
    """One sentence per thing that is not as it should be."""
    confirmed, sent = confirmations(home), mails(home)
    if len(confirmed) != ANNOUNCEMENTS:
        yield f"{len(confirmed)} pages were confirmed, not {ANNOUNCEMENTS}"
    yield from _faults_of_mail(sent, confirmed)
    yield from _faults_of_feeds(home / "feeds")
    posters = list((home / "posters").glob("*.pdf"))
    if len(posters) != POSTERS:
        yield f"there are {len(posters)} posters, not {POSTERS}"
    for poster in posters:
        if not poster.read_bytes().startswith(b"%PDF-"):
            yield f"{poster.name} is no PDF"


def _faults_of_mail(sent: list[Mail], confirmed: dict[str, datetime]) -> Iterator[str]:
    known = [mail for mail in sent if mail.title[:60].strip() in confirmed]
    if not any(mail.external for mail in known) or all(mail.external for mail in known):
        yield "there should be mail to staff and mail to the press"
    for mail in known:
        if mail.at <= confirmed[mail.title[:60].strip()]:
            yield f"{mail.title!r} went out before its page was confirmed"
    for mail in (mail for mail in sent if mail.external):
        if len(mail.recipients) > 1:
            yield f"a newsroom can see another one's copy of {mail.title!r}"
        if any(other.at > mail.at for other in sent if _is_staffs(other, mail.title)):
            yield f"the press got {mail.title!r} before all of staff"
    copies = [(mail.title, address) for mail in sent for address in mail.recipients]
    yield from sorted({f"{a} got {t!r} twice" for t, a in copies if copies.count((t, a)) > 1})


def _is_staffs(mail: Mail, title: str) -> bool:
    # In the crisis class the press follows the page, not staff's mail (policy section 4).
    return not mail.external and mail.title == title and "dricksvattnet" not in title


def _faults_of_feeds(folder: Path) -> Iterator[str]:
    counts = {
        "rss": len(fromstring((folder / "alla.rss").read_bytes()).findall("./channel/item")),
        "atom": len(
            fromstring((folder / "alla.atom").read_bytes()).findall(
                "{http://www.w3.org/2005/Atom}entry"
            )
        ),
        "json": len(json.loads((folder / "alla.json").read_text(encoding="utf-8"))["items"]),
    }
    if len(set(counts.values())) != 1 or not counts["rss"]:
        yield f"the feeds for everyone differ or are empty: {counts}"


if __name__ == "__main__":
    found = list(faults(Path(sys.argv[1])))
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    sys.exit(1 if found else 0)
