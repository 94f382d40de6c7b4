"""Everything that people, workers, clocks and servers can do to an announcement, in any order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from announcer.db.models import StandstillRow
from announcer.domain.audience import Person
from announcer.domain.change import CorrectionKind
from announcer.domain.declaring import Declaration, Kind
from announcer.domain.errors import Refusal
from announcer.services import (
    correcting,
    crisis_watch,
    declaring,
    dispatching,
    holding,
    resolving,
    restoring,
    reviewing,
    stopped,
    sweeping,
    verifying,
    writing,
)
from announcer.services import status as statuses
from announcer.services.answering import with_answers
from announcer.services.bringing_forward import already_out, hand_out
from announcer.services.resolving import Exit
from announcer.services.stopped import After
from tests.doubles.recording_smtp import Rules, Stage
from tests.integration.state_machine.house_people import (
    KINDS,
    PRESS,
    content_of,
    crisis_of,
    item_of,
    people,
)
from tests.integration.state_machine.observed_house import LIES, ObservedHouse
from tests.integration.state_machine.promise_model import KEY_OF, Item
from tests.world import MORNING

#: So much may pass in one example: after five days of trying, mail may be given up.
LONGEST_RUN = timedelta(days=4)

#: Moments at which something is due, until all is done once everything works again.
MOST_MOMENTS = 60

FORWARD = st.sampled_from(
    [
        *(timedelta(seconds=2), timedelta(seconds=31), timedelta(seconds=61)),
        *(timedelta(minutes=20), timedelta(hours=1, minutes=59), timedelta(hours=4)),
        *(timedelta(hours=23), timedelta(hours=50)),
    ]
)
BACKWARD = st.sampled_from(
    [timedelta(seconds=40), timedelta(minutes=61), timedelta(hours=2), timedelta(hours=5)]
)
#: Where a worker or a dispatcher can die.
CRASHES = st.sampled_from(
    [
        *("begin step: before commit", "begin step: after commit", "claim: after commit"),
        *("take batch: after commit", "mark sending: before commit", "mark sending: after commit"),
        *("email: before send", "email: after send", "press: before send", "press: after send"),
        *("intranet: after send", "poster: before send", "email: after send"),
        "newsroom: after send",
        *("record outcome: before commit", "record outcome: after commit", "sweep: before commit"),
    ]
)
#: Where something else can come in between: no transaction is open there.
PAUSES = st.sampled_from(
    [
        *("take batch: after commit", "mark sending: after commit", "record outcome: after commit"),
        *("email: before send", "email: after send", "press: before send", "press: after send"),
        *("newsroom: before send", "begin step: after commit", "claim: after commit"),
    ]
)
#: The first to come there, mostly.
OCCURRENCE = st.sampled_from([1, 1, 1, 2])
INTERRUPTIONS = st.sampled_from(
    ["hold", "withdraw", "taken over", "clock back", "again", "correct"]
)

_SOME = "bibliotek.001@hallefors.example"
_MORE = ("bildning.002@hallefors.example", PRESS[0])
MAIL_SERVERS = {
    "ok": Rules(),
    "busy": Rules(mail="451 4.3.2 Try later"),
    "closing": Rules(greeting="421 4.3.2 Closing"),
    "full": Rules(accept="452 4.3.1 Insufficient storage"),
    "greylisting": Rules(replies=dict.fromkeys((_SOME, *_MORE), "451 4.7.1 Greylisted")),
    "refusing": Rules(replies=dict.fromkeys((_SOME, PRESS[1]), "550 5.1.1 No such user")),
    "lost after dot": Rules(hang_up=Stage.AFTER_DOT),
    "lost after answer": Rules(hang_up=Stage.AFTER_ACCEPT),
    "lost in the text": Rules(hang_up=Stage.IN_DATA),
}
PEOPLE = ("rektor", "bibliotekschef", "kommunchef", "informatör", "informationschef", "medarbetare")

#: How often the clock is set back in one example; oftener, and nothing would come to pass.
MOST_SET_BACK = 2
#: Announcements in one example.
MOST_ITEMS = 5
KIND = st.sampled_from(sorted(KINDS))
WHO = st.sampled_from(PEOPLE)
WHICH = st.integers(0, 4)
CORRECTS = {
    "a real correction": CorrectionKind.REAL,
    "a real correction that waits": CorrectionKind.REAL,
    "a minor correction": CorrectionKind.MINOR,
}
OPENS_UP = {"out already": already_out, "asked for": hand_out}
LETS_GO = st.sampled_from(["release", "release", "tick", *OPENS_UP])
STOPS = st.sampled_from(
    [
        *("hold", "resume", "resume", "withdraw"),
        *("hold one", "hold one", "resume one", "stand still", "go on", "outage", "outage"),
    ]
)
#: What a person says of a step that a program stopped.
WHATS = ("now", "later", *map(str, After))
LATE = st.sampled_from(WHATS)
THERE_IS_SOMETHING = precondition(lambda self: bool(self.house.model.items))


class PromiseMachine(RuleBasedStateMachine):
    """Each move is followed by a look at everything that came out."""

    house: ClassVar[ObservedHouse]

    def __init__(self) -> None:
        super().__init__()
        self.house.begin(MORNING)
        self.world, self.model = self.house.world, self.house.model
        self.installation = self.world.installation
        self.people = people(self.world)
        self.queue: list[UUID] = []
        self.passed = timedelta(0)
        self.set_back = 0

    # People ------------------------------------------------------------------------------------

    def asked(self, move: Callable[[], Any]) -> Any:
        """The answer, True where there is none to give, or None where it was refused."""
        try:
            answer = move()
        except Refusal:
            return None
        return True if answer is None else answer

    def item(self, which: int) -> Item:
        return self.model.items[which % len(self.model.items)]

    @initialize(kind=KIND)
    def first(self, kind: str) -> None:
        self.write(kind, "rektor", straight_on=True)

    @rule(kind=KIND, who=WHO, straight_on=st.sampled_from([True, True, False]))
    @precondition(lambda self: len(self.model.items) < MOST_ITEMS)
    def write(self, kind: str, who: str, straight_on: bool) -> None:
        """``straight_on``: it is approved, and its meeting held, as it should be."""
        self.submit(kind, who)
        newest = len(self.model.items) - 1
        if straight_on:
            self.approve(newest, "informatör", stale=False)
            self.tick(newest, "informatör")

    def submit(self, kind: str, who: str) -> None:
        actor = self.people["bibliotekschef" if kind == "bara min enhet" else who]
        title = f"Nyhet {len(self.model.items) + 1} version 1"
        item = item_of(kind, actor.pseudonym, title)
        self.model.items.append(item)
        handed_in = writing.submit(self.installation, actor, content_of(kind, title))
        item.public_id = handed_in.public_id

    @rule(what=st.sampled_from(["edit", "approve", "approve stale"]), which=WHICH, who=WHO)
    @THERE_IS_SOMETHING
    def review(self, what: str, which: int, who: str) -> None:
        if what == "edit":
            self.edit(which, who)
        else:
            self.approve(which, who, stale=what == "approve stale")

    def edit(self, which: int, who: str) -> None:
        item, actor = self.item(which), self.people[who]
        if item.declared_at is not None:
            return
        title = f"{item.text[0].rpartition(' ')[0]} {len(item.titles) + 1}"
        text = content_of(item.kind, title)
        if self.asked(lambda: writing.edit(self.installation, actor, item.public_id, text)):
            assert not item.approved, "an approved text was changed"
            item.titles.append((title, actor.pseudonym))

    def approve(self, which: int, who: str, *, stale: bool) -> None:
        """``stale``: the approver read the first version and not what it was changed to."""
        item, actor = self.item(which), self.people[who]
        if item.declared_at is not None:
            return
        if item.proposed is not None:
            self.approve_correction(item, actor, stale=stale)
            return
        title = item.titles[0][0] if stale else item.text[0]
        # As it is taken in: with the promise of an answer beside the contact.
        read = with_answers(content_of(item.kind, title), self.installation.policy).content_hash
        if self.asked(lambda: reviewing.approve(self.installation, actor, item.public_id, read)):
            assert title == item.text[0], "a text was approved that nobody read"
            self.model.approved(item, actor.pseudonym)

    @rule(what=st.sampled_from([*CORRECTS, "take back"]), which=WHICH, who=WHO)
    @THERE_IS_SOMETHING
    def change(self, what: str, which: int, who: str) -> None:
        """What is planned is corrected, and mostly approved; or that is taken back."""
        if what == "take back":
            self.take_back(which)
            return
        self.correct(which, who, CORRECTS[what])
        if what != "a real correction that waits":
            self.approve(which, "informationschef", stale=False)

    def correct(self, which: int, who: str, kind: CorrectionKind) -> None:
        item, actor = self.item(which), self.people[who]
        if item.declared_at is not None:
            return
        title = f"{item.text[0].rpartition(' ')[0]} {item.versions + 1}"
        text, what = content_of(item.kind, title), {"sv": "Rubriken är rättad."}
        self.house.look_at_pages()
        self.house.look_at_newsroom()
        about = (self.installation, actor, item.public_id, text, kind, what)
        done = self.asked(lambda: correcting.propose(*about))
        if done is None:
            return
        item.versions += 1
        item.proposed = (title, actor.pseudonym, done.content_hash)
        item.proposed_real = kind is CorrectionKind.REAL
        self.house.stopped(item)
        if done.applied:
            self.model.corrected(item, None, real=item.proposed_real)

    def approve_correction(self, item: Item, actor: Person, *, stale: bool) -> None:
        assert item.proposed is not None
        read = "0" * 64 if stale else item.proposed[2]
        if self.asked(lambda: reviewing.approve(self.installation, actor, item.public_id, read)):
            assert not stale, "a correction was approved that nobody read"
            self.model.corrected(item, actor.pseudonym, real=item.proposed_real)

    def take_back(self, which: int) -> None:
        item, actor = self.item(which), self.people["informatör"]
        if self.asked(lambda: correcting.take_back(self.installation, actor, item.public_id)):
            item.proposed = None

    @rule(what=st.sampled_from(["declare", "declare", "exercise", "over"]), lie=st.booleans())
    @precondition(lambda self: len(self.model.items) < MOST_ITEMS)
    def crisis(self, what: str, lie: bool) -> None:
        """It is declared, perhaps while the intranet is down; or it is over, or an exercise."""
        actor, now = self.people["kommunchef"], self.world.now()
        open_ = [one for one in self.model.items if one.declared_at and not one.exercise]
        place = f"Plats {len(self.model.items) + 1}"
        said = Declaration("koka vattnet", place, exercise=what == "exercise")
        if what == "over":
            if not open_ or open_[-1].withdrawn:
                return
            place = open_[-1].text[0].rpartition(" i ")[2]
            said = Declaration("", kind=Kind.LIFTED, follows=open_[-1].public_id)
        if lie:
            self.house.lie = "fel"
        item = crisis_of(
            actor.pseudonym, place, now, over=what == "over", exercise=what == "exercise"
        )
        self.model.items.append(item)
        done = self.asked(lambda: declaring.declare(self.installation, actor, said))
        if done is None or done.again:
            self.model.items.remove(item)
            return
        item.public_id = done.public_id
        self.model.came_out[what] += 1
        for minutes in (0, 6):
            self.a_while(timedelta(minutes=minutes))

    @rule(what=LETS_GO, which=WHICH, who=WHO)
    @THERE_IS_SOMETHING
    def let_go(self, what: str, which: int, who: str) -> None:
        if what in OPENS_UP:
            self.open_up(what, which)
        elif what == "tick":
            self.tick(which, who)
        else:
            self.release(which, who)

    def release(self, which: int, who: str) -> None:
        item, actor = self.item(which), self.people[who]
        done = self.asked(lambda: holding.release(self.installation, actor, item.public_id))
        # That anybody else released it counts for nothing in the model.
        item.released |= bool(done) and actor.unit == "info"

    def tick(self, which: int, who: str) -> None:
        item, actor = self.item(which), self.people[who]
        item.ticked |= bool(
            self.asked(lambda: holding.tick(self.installation, actor, item.public_id, "mote"))
        )

    @rule(what=STOPS, which=WHICH, number=st.integers(0, 3))
    @THERE_IS_SOMETHING
    def stop(self, what: str, which: int, number: int) -> None:
        moves: dict[str, Callable[[], object]] = {
            "hold": lambda: self.hold(which),
            "resume": lambda: self.resume(which),
            "withdraw": lambda: self.withdraw(which),
            "hold one": lambda: self.hold_one(which, number),
            "resume one": lambda: self.resume_one(which, number),
            "stand still": self.stand_still,
            "go on": self.go_on,
            "outage": lambda: self.outage(number),
        }
        moves[what]()

    def hold(self, which: int) -> None:
        item, actor = self.item(which), self.people["informatör"]
        self.house.look_at_pages()  # what is up already stays up
        if self.asked(lambda: holding.hold(self.installation, actor, item.public_id, "Fel.") + 1):
            item.held = True
            self.house.stopped(item)

    def resume(self, which: int) -> None:
        item, actor = self.item(which), self.people["informatör"]
        self.asked(lambda: holding.resume(self.installation, actor, item.public_id))
        item.held = False
        item.paused.clear()

    def hold_one(self, which: int, number: int) -> None:
        """One step alone is paused that is not done, of what has hardly begun where there is room."""
        if len(self.model.items) < MOST_ITEMS:
            self.something_new("beslut")
            which = len(self.model.items) - 1
        item, actor = self.item(which), self.people["informatör"]
        steps = self.world.status(item.public_id).steps
        left = [one.key for one in steps if one.state in ("waiting", "sending")]
        if not left:
            return
        key = left[number % len(left)]
        self.house.look_at_pages()
        about = (self.installation, actor, item.public_id, "Fel.", key)
        if self.asked(lambda: holding.hold(*about) + 1):
            self.model.came_out["one paused"] += 1
            item.paused.add(key)
            self.house.stopped(item)
        self.a_while(timedelta(seconds=2))

    def resume_one(self, which: int, number: int) -> None:
        item, actor = self.item(which), self.people["informatör"]
        if not item.paused:
            return
        key = sorted(item.paused)[number % len(item.paused)]
        if self.asked(lambda: holding.resume(self.installation, actor, item.public_id, key)):
            item.paused.discard(key)

    def open_up(self, what: str, which: int) -> None:
        """The news is out already, or somebody asks for the text."""
        item, actor = self.item(which), self.people["informatör"]
        act = OPENS_UP[what]
        if self.asked(lambda: act(self.installation, actor, item.public_id)) is not None:
            self.model.came_out[what] += 1
            item.opened_up |= not item.withdrawn

    def stand_still(self) -> None:
        """Nothing goes any more, as after a restore."""
        if not self.model.still:
            self.house.look_at_pages()
            self.house.look_at_newsroom()
            with self.installation.database.transaction("stand still") as session:
                session.add(StandstillRow(reason="clock"))
            self.model.came_out["stood still"] += 1
            self.model.still = True
            self.house.all_stopped()

    def go_on(self) -> None:
        if self.model.still:
            restoring.go_on(self.installation, self.people["informatör"])
            self.model.still = False

    def outage(self, number: int) -> None:
        """Nobody works for two days; then a person says what becomes of what is late."""
        self.something_new("beslut")
        self.house.survive(self.work)
        self.forward(timedelta(hours=50))
        self.house.survive(self.work)
        for found in stopped.waiting(self.installation, self.people["informatör"])[:2]:
            self.settle_late(found, WHATS[number])

    def settle_late(self, found: stopped.Stopped, what: str) -> None:
        item = self.model.by_id(found.public_id)
        assert item is not None
        about = (self.installation, self.people["informatör"], found.public_id, found.step)
        if what == "now":
            self.asked(lambda: stopped.send_now(*about))
        elif what == "later":
            later = self.world.now() + timedelta(hours=1)
            self.asked(lambda: stopped.plan_anew(*about, later))
        elif self.asked(lambda: stopped.give_up(*about, "Alla vet det.", After(what))):
            self.model.came_out["given up"] += 1
            item.given_up.add(found.step)
            item.dropped.add(KEY_OF[found.channel])
            if what == After.STOP:
                item.given_up |= {KEY_OF[channel] for channel in found.followers}
                item.dropped |= {KEY_OF[channel] for channel in found.followers}
            else:
                item.gone_past = True

    def withdraw(self, which: int) -> None:
        item, actor = self.item(which), self.people["informatör"]
        if not item.withdrawn:
            self.house.look_at_pages()
            holding.withdraw(self.installation, actor, item.public_id, "Det gäller inte.")
            item.withdrawn, item.proposed = True, None
            self.house.stopped(item)

    @rule(number=st.integers(0, 5), exit_=st.sampled_from(Exit), what=LATE)
    def resolve(self, number: int, exit_: Exit, what: str) -> None:
        """A person answers for one in doubt, and for a step that a program stopped."""
        doubts = statuses.doubts(self.installation)
        if doubts:
            self.decide(doubts[number % len(doubts)], exit_)
        waiting = stopped.waiting(self.installation, self.people["informatör"])
        if waiting:
            self.settle_late(waiting[number % len(waiting)], what)

    def decide(self, doubt: statuses.Doubt, exit_: Exit) -> None:
        item, actor = self.model.by_id(doubt.public_id), self.people["informatör"]
        assert item is not None
        about = (self.installation, actor, str(doubt.id))
        if not self.asked(lambda: resolving.resolve(*about, exit_)):
            # Given up or withdrawn: it is not sent again.
            exit_ = Exit.ABANDON
            resolving.resolve(*about, exit_)
        if exit_ is Exit.AGAIN:
            item.again[doubt.recipient] += 1
        else:
            item.closed.add(doubt.recipient)

    # Workers and the queue ---------------------------------------------------------------------

    def work(self) -> int:
        """One round of dispatcher and workers, with what was claimed before."""
        crisis_watch.watch(self.installation)
        swept, begun = sweeping.sweep(self.installation), dispatching.look(self.installation)
        self.claim()
        queue, self.queue = self.queue, []
        for batch in queue:
            self.house.deliver(batch)
        return swept + begun + len(queue)

    def claim(self) -> None:
        self.queue += [UUID(str(one.batch)) for one in dispatching.claim(self.installation)]

    @rule(amount=FORWARD)
    def a_while(self, amount: timedelta) -> None:
        """Time passes, and everybody works."""
        self.forward(amount)
        for _ in range(3):
            self.house.survive(self.work)

    @rule(what=st.sampled_from(["look", "claim", "sweep"]))
    def piecemeal(self, what: str) -> None:
        moves: dict[str, Callable[[], object]] = {
            "look": lambda: dispatching.look(self.installation),
            "claim": self.claim,
            "sweep": lambda: sweeping.sweep(self.installation),
        }
        self.house.survive(moves[what])

    @rule(number=st.integers(0, 9), what=st.sampled_from(["once", "twice", "kept", "lost"]))
    def deliver(self, number: int, what: str) -> None:
        """One message reaches a worker, or two, or does not; kept: it is brought again later."""
        self.claim()
        if not self.queue:
            return
        batch = self.queue[number % len(self.queue)]
        for _ in range({"twice": 2, "lost": 0}.get(what, 1)):
            self.house.survive(lambda: self.house.deliver(batch))
        if what != "kept":
            self.queue.remove(batch)

    @rule(point=CRASHES, occurrence=OCCURRENCE, kind=KIND)
    def crash(self, point: str, occurrence: int, kind: str) -> None:
        """Whoever comes to this point next is killed; the messages it had are lost."""
        self.something_new(kind)
        self.house.crash_at = (point, occurrence)
        self.a_while(timedelta(seconds=2))

    @rule(point=PAUSES, occurrence=OCCURRENCE, what=INTERRUPTIONS, kind=KIND)
    def interrupt(self, point: str, occurrence: int, what: str, kind: str) -> None:
        """The next time somebody comes to this point, something else happens in between."""
        self.something_new(kind)
        moves: dict[str, Callable[[], object]] = {
            "hold": lambda: self.hold(self.in_hand()),
            "withdraw": lambda: self.withdraw(self.in_hand()),
            "taken over": self.taken_over,
            "clock back": lambda: self.backward(timedelta(hours=1)),
            "again": self.work,
            "correct": lambda: self.correct(self.in_hand(), "informatör", CorrectionKind.REAL),
        }
        self.house.interrupt_at = (point, occurrence)
        self.house.interruption = moves[what]
        self.a_while(timedelta(seconds=2))

    def something_new(self, kind: str) -> None:
        if len(self.model.items) < MOST_ITEMS:
            self.write(kind, "rektor", straight_on=True)

    def in_hand(self) -> int:
        """The announcement that the interrupted worker is at, or the newest."""
        worked_on = self.house.worked_on
        return self.model.items.index(worked_on) if worked_on else len(self.model.items) - 1

    def taken_over(self) -> None:
        """The worker is so slow that its lease runs out, and another goes on in its place."""
        self.forward(timedelta(seconds=31))
        self.work()

    # Clocks and servers ------------------------------------------------------------------------

    def forward(self, amount: timedelta) -> None:
        if self.passed + amount <= LONGEST_RUN:
            self.passed += amount
            self.world.set_time(self.world.now() + amount)

    @rule(amount=BACKWARD)
    @precondition(lambda self: self.set_back < MOST_SET_BACK)
    def backward(self, amount: timedelta) -> None:
        """The database's clock is set back; what was due waits until it is due again."""
        self.set_back += 1
        self.world.set_time(self.world.now() - amount)

    @rule(which=WHICH, seconds=st.sampled_from([-1, 1]))
    @THERE_IS_SOMETHING
    def to_the_edge(self, which: int, seconds: int) -> None:
        """Just before, or just after, the window of this announcement is over; then a round."""
        steps = self.world.status(self.item(which).public_id).steps
        edges = [step.earliest for step in steps if step.earliest and step.external]
        if edges:
            self.forward(max(edges) + timedelta(seconds=seconds) - self.world.now())
            self.house.survive(self.work)

    @rule(rules=st.sampled_from([*sorted(MAIL_SERVERS), "lost after dot"]), kind=KIND)
    def mail_server(self, rules: str, kind: str) -> None:
        """From now on the mail server is like this."""
        self.house.smtp.rules = MAIL_SERVERS[rules]
        replies = MAIL_SERVERS[rules].replies.items()
        self.model.refused |= {a.casefold() for a, reply in replies if reply.startswith("5")}
        self.something_new(kind)
        self.a_while(timedelta(seconds=2))

    @rule(lie=st.sampled_from(("", "", *LIES)))
    def intranet(self, lie: str) -> None:
        self.house.lie = lie

    # The promise -------------------------------------------------------------------------------

    @invariant()
    def the_promise_holds(self) -> None:
        self.house.look_at_pages()
        self.house.look_at_newsroom()
        assert not self.model.violations, "\n".join(self.model.violations)

    def teardown(self) -> None:
        """Everything heals and everybody does what is theirs: then nothing was lost."""
        if self.model.violations:
            return
        self.house.heal()
        self.queue = []
        for number in range(MOST_MOMENTS):
            self.everybody_does_what_is_theirs()
            while self.work():
                pass
            if not (unfinished := self.unfinished()):
                break
            # A batch whose window is open again, because the clock was set back, asks every 5 s.
            patience = timedelta(hours=number // 8)
            self.world.set_time(self.house.next_moment() + timedelta(seconds=1) + patience)
        self.house.look_at_pages(again=True)
        self.the_promise_holds()
        assert not unfinished, "\n".join(unfinished)
        with self.installation.database.reading() as session:
            assert list(verifying.verify(session)) == []

    def everybody_does_what_is_theirs(self) -> None:
        self.go_on()
        self.everybody_goes_on()
        for found in stopped.waiting(self.installation, self.people["informatör"]):
            self.settle_late(found, "now")
        for doubt in statuses.doubts(self.installation):
            about = self.model.by_id(doubt.public_id)
            if about is not None and not about.withdrawn:
                self.decide(doubt, Exit.AGAIN)

    def everybody_goes_on(self) -> None:
        held = self.house.stopped_items()
        for number, item in enumerate(self.model.items):
            if item.withdrawn:
                continue
            for name in ("informatör", "informationschef", "kommunchef"):
                if not item.approved or item.proposed:
                    self.approve(number, name, stale=False)
            if item.held or item.public_id in held:
                self.resume(number)
            if item.has_meeting and not item.ticked:
                self.tick(number, "informatör")
            if item.released_by_hand and not item.released:
                self.release(number, "informatör")

    def unfinished(self) -> list[str]:
        """What is not done, and who was not reached."""
        completed = self.house.completed_items()
        return [
            f"{item.kind} is not finished: {self.world.status(item.public_id)}; not reached: {left}"
            for item in self.model.items
            if not item.withdrawn
            and ((left := item.missing(self.model.refused)) or item.public_id not in completed)
        ]
