"""The promise once more, small and independent: what may come out, and when.

Written from the design and the policy's own words, never from the program. It is told what
people did and what came out, in the order in which it happened, and collects every violation.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from announcer.domain.calendar import WorkingCalendar

#: The keys of the policy's steps.
INTRANET, EMAIL, POSTER, PRESS, NEWSROOM = "intranet", "epost", "affisch", "press", "nyhetsrum"
KEY_OF = {
    "intranet": INTRANET,
    "email": EMAIL,
    "poster": POSTER,
    "press": PRESS,
    "newsroom": NEWSROOM,
}
#: So long the page of a crisis has, by the policy.
WAIT = timedelta(minutes=5)
ZONE = ZoneInfo("Europe/Stockholm")
_MORNING = (time(7, 30), time(12, 0))
#: The policy's page 8: the switchboard's hours; no test goes beyond January 2027.
_CLOSED = {date(2026, 12, day) for day in (24, 25, 26, 31)} | {date(2027, 1, 1), date(2027, 1, 6)}
SWITCHBOARD = WorkingCalendar(
    zone=ZONE,
    hours={
        **{day: (_MORNING, (time(12, 30), time(16, 0))) for day in range(4)},
        4: (_MORNING, (time(12, 30), time(15, 0))),
    },
    is_day_off=_CLOSED.__contains__,
    half_days=(("01-05", time(12, 0)),),
)

#: Working hours that staff are ahead, per class.
AHEAD = {"beslut": timedelta(hours=2), "information": timedelta(hours=4)}
#: Classes that always have a press step; the others only where the writer names the press.
ALWAYS_PRESS = frozenset({"beslut", "kris"})
RELEASED_BY_HAND = frozenset({"beslut", "kommande beslut"})


def earliest_press(class_name: str, confirmed: datetime) -> datetime:
    """When the press may know at the earliest if the page was confirmed then (aware, UTC)."""
    if class_name == "kris":
        return confirmed
    if class_name == "kommande beslut":
        midnight = datetime.combine(confirmed.astimezone(ZONE), time(0), ZONE)
        floor = midnight + timedelta(days=1, hours=9)
        return max(floor, SWITCHBOARD.next_working_day_at(confirmed, time(9)))
    ahead = AHEAD[class_name]
    return max(confirmed + ahead, SWITCHBOARD.after_working_time(confirmed, ahead))


@dataclass
class Copy:
    """One message in one mailbox; ``known`` once its worker wrote down what became of it."""

    worker: int
    doubtful: bool
    known: bool = False
    message_id: str = ""
    title: str = ""


@dataclass
class Item:
    """One announcement as the people around it know it. Addresses are case-folded."""

    #: The key of what was written, for writing it anew.
    kind: str
    class_name: str
    unit: str
    author: UUID
    titles: list[tuple[str, UUID]]
    staff: frozenset[str]
    press: frozenset[str]
    mailed: bool
    has_meeting: bool
    public_id: str = ""
    approved: str = ""
    ticked: bool = False
    released: bool = False
    #: A pause was answered and not lifted.
    held: bool = False
    withdrawn: bool = False
    #: The keys of the steps that a person paused, and of those that a person gave up.
    paused: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    #: The keys of those of which something was given up: the step, its rest or its correction.
    dropped: set[str] = field(default_factory=set)
    #: A person let what comes after a given-up step go without it.
    gone_past: bool = False
    #: It is out already, or somebody asked for it: the media wait for the inside alone.
    opened_up: bool = False
    #: When it was declared a crisis, past its page after `WAIT`; and whether it is an exercise.
    declared_at: datetime | None = None
    exercise: bool = False
    #: The title in other languages.
    aliases: tuple[str, ...] = ()
    #: A correction that waits to be approved, who wrote it and its hash; how many there have been.
    proposed: tuple[str, UUID, str] | None = None
    proposed_real: bool = False
    versions: int = 1
    #: The newest title of which whoever had an older one is told.
    real: str = ""
    #: What was already being sent when it was held or withdrawn from within a delivery.
    in_flight: int = 0
    seen: bool = False
    read_at: datetime | None = None
    confirmed_at: datetime | None = None
    #: Which text was read, and which was read back and written down.
    read_title: str = ""
    confirmed_title: str = ""
    tried: set[str] = field(default_factory=set)
    #: Whom it was tried to tell of a correction or the withdrawal.
    tried_again: set[str] = field(default_factory=set)
    poster: bool = False
    #: It has been seen in the newsroom.
    public: bool = False
    #: A worker died between saying whom it tries and trying.
    died_before_trying: bool = False
    #: A worker died or was overtaken over it: nobody knows whom it reached, so that all it was sent
    #: to may have it.
    unsure: bool = False
    copies: dict[str, list[Copy]] = field(default_factory=dict)
    #: Who was told that what they had is withdrawn.
    told: dict[str, list[Copy]] = field(default_factory=dict)
    #: How often a person said "again" about an address outside.
    again: Counter[str] = field(default_factory=Counter)
    #: A person said that it arrived, or to let it be.
    closed: set[str] = field(default_factory=set)

    @property
    def own_unit_only(self) -> bool:
        return self.class_name == "bara min enhet"

    @property
    def released_by_hand(self) -> bool:
        return self.class_name in RELEASED_BY_HAND and bool(self.press)

    @property
    def text(self) -> tuple[str, UUID]:
        """The newest title and who wrote it."""
        return self.titles[-1]

    @property
    def may_be_up(self) -> bool:
        """Whether the page may be on the intranet at all."""
        return bool(self.approved) and (self.class_name != "kommande beslut" or self.ticked)

    def missing(self, refused: Iterable[str]) -> set[str]:
        """Who should have been reached and was not, the mail server's own refusals aside."""
        wanted = set(self.staff if self.mailed and EMAIL not in self.dropped else ())
        wanted |= self.press if PRESS not in self.dropped else set()
        left = wanted - set(self.copies) - self.closed - set(refused)
        if self.real:
            told = {a for a in self.copies if not self.had_only_older(a, self.real)}
            left |= set(self.copies) - told - self.closed - set(refused) - self.let_be()
        silent = self.public or not self.press or NEWSROOM in self.dropped
        return left if silent else left | {"the newsroom"}

    def let_be(self) -> set[str]:
        """Whom nobody tries any more because their step was given up."""
        return {
            one
            for one in self.copies
            if (EMAIL if one.endswith("@hallefors.example") else PRESS) in self.dropped
        }

    def stands(self, key: str) -> bool:
        """Whether a person has said that this step does not go now, or not at all."""
        stopped = key in self.paused or key in self.given_up
        return self.held or self.withdrawn or stopped or self.proposed is not None

    def had_only_older(self, address: str, title: str) -> bool:
        """Whether somebody has this text in no version that is as new as ``title``."""
        order = [one for one, _ in self.titles]
        newest = max((order.index(one.title) for one in self.copies.get(address, ())), default=-1)
        return newest < order.index(title)


@dataclass
class Model:
    """All announcements, and what was seen that should not have been."""

    items: list[Item] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    #: Addresses that the mail server said 5xx to at some time; no duty to reach them.
    refused: set[str] = field(default_factory=set)
    came_out: Counter[str] = field(default_factory=Counter)
    #: Nothing at all is to go.
    still: bool = False

    def by_id(self, public_id: str) -> Item | None:
        return next((item for item in self.items if item.public_id == public_id), None)

    def by_title(self, title: str) -> Item | None:
        return next(
            (i for i in self.items if title in (*i.aliases, *(t for t, _ in i.titles))), None
        )

    def notice(
        self, title: str, recipients: Iterable[str], worker: int, doubtful: bool, message_id: str
    ) -> None:
        """Somebody was told that a text is withdrawn: nobody who has not had it, and once."""
        item = self.by_title(title)
        if item is None or not item.withdrawn:
            return self.say("a withdrawal that nobody made", title)
        self._not_while_still(item, "notice")
        for address in map(str.casefold, recipients):
            if address not in item.copies and not item.unsure:
                self.say("told of the withdrawal of what they never had", address)
            earlier = item.told.setdefault(address, [])
            staff = address.endswith("@hallefors.example")
            if any(one.known or one.message_id != message_id for one in earlier):
                self.say("told of a withdrawal twice", address)
            elif earlier and not staff:
                item.again[address] -= 1
                if item.again[address] < 0:
                    self.say("told the press again on a guess", address)
            untold = {a for a in item.copies if a.endswith("@hallefors.example")} - set(item.told)
            waited_for = untold - item.tried_again - self.refused - item.closed
            if not staff and waited_for and not item.gone_past:
                self.say("the press was told of a withdrawal before staff", sorted(untold)[:3])
            earlier.append(Copy(worker, doubtful, message_id=message_id))
        self.came_out["notice"] += 1
        return None

    def say(self, rule: str, what: object) -> None:
        self.violations.append(f"{rule}: {what}")

    # What people did -------------------------------------------------------------------------

    def approved(self, item: Item, approver: UUID) -> None:
        """Somebody's approval was taken; (6) it must be somebody else's than the author's."""
        title, author = item.text
        if item.class_name != "kris" and approver in (author, item.author):
            self.say("approved by its own author", title)
        item.approved = title

    def corrected(self, item: Item, approver: UUID | None, *, real: bool) -> None:
        """A correction is in force; ``approver`` is None where nobody need approve it."""
        assert item.proposed is not None
        title, writer, _ = item.proposed
        if approver is not None and item.class_name != "kris" and approver in (writer, item.author):
            self.say("a correction approved by its own author", title)
        item.titles.append((title, writer))
        item.approved, item.proposed = title, None
        if real:
            item.real = title
        self.came_out["corrected"] += 1

    # What came out ---------------------------------------------------------------------------

    def mail(
        self,
        title: str,
        recipients: Sequence[str],
        at: datetime,
        worker: int,
        doubtful: bool,
        *,
        marked: bool = False,
    ) -> None:
        """A message arrived at the mail server at ``at``, in the database's time."""
        item = self.by_title(title)
        if item is None:
            return self.say("mail about nothing that was written", title)
        outside = not recipients[0].casefold().endswith("@hallefors.example")
        if title in item.aliases:
            title = item.text[0]
        if marked is not item.exercise:
            self.say("an exercise that does not say so, or the other way round", title)
        self._may_leave(item, title, "mail", PRESS if outside else EMAIL, at)
        for recipient in recipients:
            address = recipient.casefold()
            if address.endswith("@hallefors.example"):
                self._staff_mail(item, address)
            else:
                self._press_mail(item, address, at)
            self._not_twice(item, address, title)
            item.copies.setdefault(address, []).append(Copy(worker, doubtful, title=title))
        return None

    def correction(
        self, title: str, recipients: Sequence[str], worker: int, doubtful: bool, message_id: str
    ) -> None:
        """Whoever had another text is told of the right one: nobody else, once, inside first."""
        item = self.by_title(title)
        if item is None:
            return self.say("a correction that nobody made", title)
        outside = not recipients[0].casefold().endswith("@hallefors.example")
        self._may_leave(item, title, "a correction", PRESS if outside else EMAIL)
        for address in map(str.casefold, recipients):
            earlier = item.copies.get(address, [])
            same = [one for one in earlier if one.title == title]
            if not earlier and not item.unsure:
                self.say("corrected to somebody who never had it", address)
            if any(one.known or one.message_id != message_id for one in same):
                self.say("told of a correction twice", address)
            elif same and outside:
                item.again[address] -= 1
                if item.again[address] < 0:
                    self.say("told the press again of a correction on a guess", address)
            item.copies.setdefault(address, []).append(
                Copy(worker, doubtful, message_id=message_id, title=title)
            )
        self.came_out["correction"] += 1
        return None

    def poster(self, item: Item, at: datetime) -> None:
        """A poster was given out to be put up."""
        self._may_leave(item, item.text[0], "poster", POSTER, at)
        self.came_out["poster"] += 1
        item.poster = True

    def page(self, item: Item, status: int, body: str) -> None:
        """A colleague in the audience looked for the page."""
        if status != 200:
            if item.seen and not item.withdrawn:
                self.say("the page went away", f"{status} {item.text[0]}")
            return
        if not item.may_be_up:
            self.say("a page before its approval or its meeting", item.text[0])
        elif not item.seen and (item.stands(INTRANET) or self.still):
            self.say("a page appeared after a hold or a withdrawal", item.text[0])
        elif not item.withdrawn and not any(
            one in body
            for one, _ in item.titles
            if one == item.approved or item.confirmed_title != item.approved
        ):
            self.say("the page shows another text than the approved one", item.text[0])
        item.seen = True

    def newsroom(self, item: Item, status: int, body: str, at: datetime) -> None:
        """Somebody outside looked for it in the newsroom."""
        title = item.text[0]
        if status == 404:
            if item.public:
                self.say("what was public is gone without a word", title)
            return
        if item.withdrawn and item.public:
            if status != 410 or f"Mer om {title}" in body:
                self.say("a withdrawn text can still be read", title)
            return
        if item.public:
            return
        item.public = True
        self.came_out["public"] += 1
        if item.stands(NEWSROOM) or self.still:
            self.say("public after a hold or a withdrawal", title)
        alarmed = item.declared_at is not None and at >= item.declared_at + WAIT
        if item.approved not in body or (item.confirmed_at is None and not alarmed):
            self.say("public without approval or before the page was read back", title)
        self._may_be_known_outside(item, at, "public")

    def recorded(self, item: Item, worker: int) -> None:
        """The worker's record of what it did was committed."""
        if item.read_at is not None:
            item.confirmed_at = item.confirmed_at or item.read_at
            item.confirmed_title = item.read_title
        for copies in (*item.copies.values(), *item.told.values()):
            for copy in copies:
                copy.known |= copy.worker == worker and not copy.doubtful

    def _may_leave(
        self, item: Item, title: str, what: str, key: str, at: datetime | None = None
    ) -> None:
        """(2), (3) and (6): confirmed, approved, neither paused, given up nor withdrawn."""
        if title != item.approved and not item.in_flight:
            self.say(f"{what} with a text that nobody else approved", title)
        unread = item.confirmed_at is None or (title == item.approved != item.confirmed_title)
        alarmed = bool(at and item.declared_at and at >= item.declared_at + WAIT)
        if unread and alarmed:
            self.came_out["alarm"] += 1
        elif unread:
            self.say(f"{what} before the page was read back", title)
        if item.stands(key):
            if item.in_flight:
                item.in_flight -= 1
            else:
                self.say(f"{what} after a hold or a withdrawal", title)
        else:
            self._not_while_still(item, what)

    def _not_while_still(self, item: Item, what: str) -> None:
        if self.still and not item.in_flight:
            self.say(f"{what} while everything stands still", item.text[0])
        elif self.still:
            item.in_flight -= 1

    def _staff_mail(self, item: Item, address: str) -> None:
        self.came_out["staff mail"] += 1
        if not item.mailed or address not in item.staff:
            self.say("staff mail to somebody it was not for", address)

    def _press_mail(self, item: Item, address: str, at: datetime) -> None:
        """(1) and (5)."""
        self.came_out["press mail"] += 1
        if address not in item.press:
            self.say("external mail that nobody asked for", f"{item.text[0]} to {address}")
        self._may_be_known_outside(item, at, "press mail")

    def _may_be_known_outside(self, item: Item, at: datetime, what: str) -> None:
        """(1) and (5): the window is over, it was released, and staff were tried."""
        title = item.text[0]
        if not item.press:
            self.say(f"{what}, but no press was named", title)
        if item.confirmed_at is not None and not item.own_unit_only and not item.opened_up:
            opens = earliest_press(item.class_name, item.confirmed_at)
            if at < opens:
                self.say(f"{what} within the window", f"{title}: {at} before {opens}")
        if item.released_by_hand and not item.released and not item.opened_up:
            self.say(f"{what} that nobody released", title)
        if item.class_name != "kris" and not item.died_before_trying and not item.gone_past:
            untried = item.staff - item.tried if item.mailed else set()
            if untried or not item.poster:
                self.say(f"{what} before staff were tried", f"{title}: {sorted(untried)[:3]}")

    def _not_twice(self, item: Item, address: str, title: str) -> None:
        """(4): again only in doubt; outside only when a person said so. And nobody who had another
        text gets the right one without a word of the error."""
        copies = item.copies.get(address, [])
        if any(one.known and one.title != title for one in copies):
            self.say("the right text without a word to somebody who had the wrong one", address)
        earlier = [one for one in copies if one.title == title]
        if any(copy.known for copy in earlier) or (earlier and address in item.closed):
            self.say("the same announcement twice", f"{item.text[0]} to {address}")
        elif earlier:
            self.came_out["again in doubt"] += 1
            if address in item.press:
                item.again[address] -= 1
                if item.again[address] < 0:
                    self.say("press mail again on a guess", f"{item.text[0]} to {address}")
