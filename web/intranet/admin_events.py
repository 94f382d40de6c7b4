"""The record of events, for the information unit and the auditors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.domain.errors import N_, Refusal
from announcer.services import event_search
from announcer.services.event_search import Event, Wanted
from announcer.services.standing_in import day
from web.intranet.access import actor, installation
from web.shared.files import UNKEPT, answer

blueprint = Blueprint("admin_events", __name__, url_prefix="/forvalta/handelser")
SIZE = 50

#: What the chain's own words mean.
WORDS = {
    "submitted": N_("Inlämnat"),
    "edited": N_("Omskrivet"),
    "draft closed": N_("Utkastet borttaget när texten lämnades in"),
    "approved": N_("Godkänt"),
    "commented": N_("Kommentar till texten"),
    "given back": N_("Lämnat tillbaka"),
    "return taken back": N_("Återlämningen ångrad"),
    "planned": N_("Planerat"),
    "step begun": N_("Ett steg började"),
    "confirmed": N_("Sidan kontrollerad på intranätet"),
    "sent": N_("Skickat"),
    "settled": N_("Ett steg blev klart"),
    "completed": N_("Allt klart"),
    "held": N_("Pausat"),
    "resumed": N_("Återupptaget"),
    "released": N_("Släppt"),
    "redan ute": N_("Redan ute"),
    "begärd ut": N_("Begärd ut och lämnad ut"),
    "brought forward": N_("Ett steg tidigarelagt"),
    "passed over": N_("Ingen väntar på ett steg"),
    "given up": N_("Ett steg går inte ut"),
    "step held": N_("Ett steg stoppat av systemet"),
    "worker lost": N_("Ett program dog mitt i"),
    "resolved": N_("Ett oklart utskick avgjort"),
    "looked again": N_("Ett oklart utskick undersökt"),
    "withdrawn": N_("Tillbakadraget"),
    "correction proposed": N_("Rättelse föreslagen"),
    "correction taken back": N_("Rättelse ångrad"),
    "corrected": N_("Rättat"),
    "happened": N_("En händelse har inträffat"),
    "meeting held": N_("Möte hållet"),
    "invited": N_("Kallat till möte"),
    "board up": N_("Uppe på en personaltavla"),
    "board done": N_("Gjort vid en tavla"),
    "called": N_("Någon behövdes"),
    "call mailed": N_("Någon fick veta att de behövs"),
    "call answered": N_("Någon tog på sig det"),
    "delegated": N_("Ersättare utsedd"),
    "delegation revoked": N_("Ersättare avslutad"),
    "crisis declared": N_("Kris utlyst"),
    "crisis told further": N_("Mer berättat om krisen"),
    "crisis lifted": N_("Faran över"),
    "crisis reviewed": N_("Krisen granskad efteråt"),
    "page alarmed": N_("Larm om att sidan inte kom upp"),
    "restored": N_("Återställt från säkerhetskopia"),
    "drafts weeded": N_("Utkast gallrade"),
    "recipients weeded": N_("Mottagare gallrade"),
}
#: What of an event's detail a person reads on the page; the files have all of it.
SHOWN = ("step", "why", "note", "event", "workplace", "to", "outcome", "exit", "found", "kind")


@dataclass(frozen=True)
class Form:
    """The filter as it was filled in, and what is wrong with it."""

    values: dict[str, str]
    wanted: Wanted
    fault: Refusal | None


@blueprint.get("")
def overview() -> str | tuple[str, int]:
    """A page of the record, and whether it is whole."""
    form = _form()
    number = min(max(request.args.get("sida", 1, int), 1), 10_000)
    found, total = event_search.page(installation(), actor(), form.wanted, number, SIZE)
    pages = max(1, -(-total // SIZE))
    if number > pages:
        number = pages
        found, total = event_search.page(installation(), actor(), form.wanted, number, SIZE)
    about = form.wanted.announcement
    asked = bool(about) or "kontrollera" in request.args
    page = render_template(
        "admin_events.html",
        found=found,
        total=total,
        page=number,
        pages=pages,
        titles=event_search.titles(installation(), actor(), found),
        typed=form.values,
        kinds=sorted(event_search.kinds(installation(), actor()), key=event_title),
        fault=form.fault,
        whole=event_search.is_whole(installation(), actor(), about) if asked else None,
    )
    return (page, 422) if form.fault else page


@blueprint.get("/fil.<any(csv, jsonl):sort>")
def file(sort: str) -> Response:
    """What the filter finds, to save. It is a public record."""
    form = _form()
    if form.fault:
        raise form.fault
    if sort == "csv":
        content = event_search.as_csv(installation(), actor(), form.wanted)
        return answer(content, "text/csv", cache=UNKEPT, name="handelser.csv", attached=True)
    content = event_search.as_json_lines(installation(), actor(), form.wanted)
    return answer(content, "application/jsonl", cache=UNKEPT, name="handelser.jsonl", attached=True)


def _form() -> Form:
    names = ("meddelande", "slag", "vem", "fran", "till")
    values = {name: request.args.get(name, "").strip()[:100] for name in names}
    try:
        since, until = _day(values["fran"]), _day(values["till"], last=True)
    except Refusal as fault:
        return Form(values, Wanted(), fault)
    about, what, who = values["meddelande"], values["slag"], values["vem"]
    return Form(values, Wanted(about, what, who, since, until), None)


def _day(words: str, *, last: bool = False) -> datetime | None:
    return day(words, installation().policy.zone, last=last) if words else None


@blueprint.app_template_global()
def event_title(what: str) -> str:
    """An event in words; one that is new here by the chain's own."""
    return str(_(WORDS[what])) if what in WORDS else what


@blueprint.app_template_global()
def event_facts(event: Event) -> list[str]:
    """What of its detail says something to a person."""
    shown: list[Any] = [event.detail.get(name) for name in SHOWN]
    return [one for one in shown if isinstance(one, str) and one]


@blueprint.app_template_global()
def actor_name(who: str) -> str:
    """Whoever is not in the directory by the beginning of their pseudonym."""
    if not who:
        return str(_("Systemet"))
    return str(_("pseudonym %(start)s", start=who[:8])) if len(who) == 36 else who
