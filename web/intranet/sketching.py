"""Beside the text that somebody writes: who learns it when, and what each of them gets."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from html import escape, unescape

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from announcer.domain.announcement import Content
from announcer.domain.audience import Person
from announcer.domain.channel import EMAIL, NEWSROOM, POSTER, PRESS
from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.domain.policy.templates import GAP
from announcer.domain.step import PlannedStep
from announcer.domain.why import Foreseen, foresee
from announcer.plain_language.looking import Advice
from announcer.plain_language.spelling import Spelling
from announcer.render.catalogue import translator
from announcer.render.mail import press_mail, staff_mail
from announcer.render.opened_mail import OpenedMail, opened_mail
from announcer.render.page import article as rendered
from announcer.render.page import attachment_url
from announcer.render.poster import poster_on_screen
from announcer.services import sketching
from announcer.services.sketching import NOT_YET, Sketch
from web.intranet import choosing, language_advice, picture
from web.intranet.access import actor, installation
from web.intranet.manuscript import Form, content_of, encoded, read_form, readable
from web.intranet.words import moment, say

blueprint = Blueprint("sketching", __name__)


class View(StrEnum):
    """What can be looked at, as it stands in an address."""

    TIMES = "tider"
    PAGE = "intranat"
    PHONE = "telefon"
    MAIL = "epost"
    POSTER = "affisch"
    MEDIA = "medier"
    LANGUAGE = "sprak"


NAMES: Mapping[View, str] = {
    View.TIMES: N_("Vem får veta när"),
    View.PAGE: N_("Intranätet"),
    View.PHONE: N_("Telefonen"),
    View.MAIL: N_("E-post"),
    View.POSTER: N_("Affischen"),
    View.MEDIA: N_("Medierna"),
    View.LANGUAGE: N_("Språket"),
}
#: What is there only where the plan has a step in the channel.
THROUGH = {
    View.MAIL: (EMAIL.name,),
    View.POSTER: (POSTER.name,),
    View.MEDIA: (PRESS.name, NEWSROOM.name),
}


#: A heading's tag; the outermost one keeps its looks by its class.
_HEADING = re.compile(r"<(/?)h([1-6])\b")
_TAG = re.compile("(<[^>]*>)")
#: Where the languages are not all on one page.
_ONE_LANGUAGE = (View.MAIL, View.POSTER, View.MEDIA)


@dataclass(frozen=True)
class Shown:
    """One view of a sketch, ready for its template."""

    sketch: Sketch
    view: View
    language: str
    #: The views before it are elsewhere on the page.
    first: View = View.TIMES
    #: Whether somebody asks for the spelling.
    spelt: bool = False

    @property
    def views(self) -> list[tuple[View, str]]:
        """What can be looked at, with its name: always the page, the rest as the plan has it."""
        here = list(View)[list(View).index(self.first) :]
        return [(one, NAMES[one]) for one in here if self.has(one)]

    @cached_property
    def advice(self) -> Advice:
        """What there is to say of its words."""
        return language_advice.on(self.sketch.content)

    @cached_property
    def spelling(self) -> Spelling | None:
        """The words that no dictionary has, where somebody asks for them."""
        if not self.spelt:
            return None
        content = self.sketch.content
        # Nobody typed what stands in place of a headline.
        typed = replace(content, title="") if content.title == _("Rubrik") else content
        return language_advice.spelling_of(typed)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those to choose from; none where there is but one, or where all stand on one page."""
        found = self.sketch.content.languages
        return found if self.view in _ONE_LANGUAGE and len(found) > 1 else ()

    def has(self, view: View) -> bool:
        """Whether anybody gets what the view shows."""
        return view not in THROUGH or bool(self._steps(view))

    @property
    def told(self) -> list[str]:
        """Who gets it, by the policy's names."""
        return list(
            dict.fromkeys(name for step in self._steps(self.view) for name in step.audience)
        )

    def _steps(self, view: View) -> list[PlannedStep]:
        return [one.step for one in self.sketch.plan if one.step.channel in THROUGH[view]]

    @property
    def sentences(self) -> list[str]:
        """Who learns it first and who last: the picture in short."""
        policy, content = installation().policy, self.sketch.content
        if not self.sketch.plan:
            return [say(self.sketch.why_not)] if self.sketch.why_not else []
        steps = foresee(policy, content.class_name, self.sketch.plan)
        if policy.classes[content.class_name].approval:
            first = _("Personalen får veta på intranätet så snart texten är godkänd.")
        else:
            first = _("Personalen får veta på intranätet så snart du lämnar in.")
        return [first, _outside([one for one in steps if one.step.external])]

    @property
    def picture(self) -> Markup:
        """The timeline, empty while there is no plan."""
        plan = self.sketch.plan
        return picture.of_text(self.sketch.content, plan) if plan else Markup("")

    @property
    def article(self) -> Markup:
        """The page on the intranet, with its files inside."""
        return self._lowered(_with_files_inside(self.sketch.content))

    @property
    def mail(self) -> OpenedMail:
        """The mail to colleagues, or that to the media."""
        write = press_mail if self.view is View.MEDIA else staff_mail
        found = opened_mail(write(self._edition, translator(self.language)))
        return replace(found, html=self._lowered(found.html))

    def _lowered(self, html: str) -> Markup:
        """What is a page of its own, below the headings of the page it is shown on."""
        below = 2 if self.first is View.TIMES else 1
        lowered = _HEADING.sub(
            lambda found: f"<{found[1]}h{min(6, int(found[2]) + below)}",
            str.replace(html, "<h1", '<h1 class="outermost"'),
        )
        return _marked(lowered, installation().policy.gaps)

    @property
    def poster(self) -> str:
        """The poster, as a picture's address."""
        drawn = poster_on_screen(self._edition, translator(self.language))
        return f"data:image/png;base64,{base64.b64encode(drawn).decode()}"

    @property
    def _edition(self) -> Edition:
        outside = self.view is View.MEDIA
        return sketching.edition_of(installation(), self.sketch, self.language, outside=outside)


def _marked(html: str, gaps: frozenset[str]) -> Markup:
    """A page's HTML, with what a template left to be filled in marked."""

    def mark(gap: re.Match[str]) -> str:
        return f"<mark>{gap[0]}</mark>" if unescape(gap[0]).lower() in gaps else gap[0]

    pieces = _TAG.split(html) if gaps else [html]  # words and tags by turns
    marked = (GAP.sub(mark, one) if turn % 2 == 0 else one for turn, one in enumerate(pieces))
    return Markup("".join(marked))  # noqa: S704 - safe before; only headings and marks are new


def _outside(steps: list[Foreseen]) -> str:
    moments = [one.at for one in steps if one.at is not None]
    if not steps:
        words = _("Det går inte till medierna.")
    elif not moments:
        words = _("Medierna får det när det som ska hända först är klart.")
    else:
        words = _("Medierna får det tidigast %(when)s.", when=moment(min(moments)))
    return str(words)


def _with_files_inside(content: Content) -> Markup:
    # The files have no address before they are handed in: pictures are shown from the page itself.
    html = rendered(content, NOT_YET, translator)
    for one in content.attachments:
        url = escape(attachment_url(NOT_YET, one.name))
        inside = f"data:{one.media_type};base64,{encoded(one)}"
        html = html.replace(f'src="{url}"', f'src="{inside}"').replace(f' href="{url}"', "")
    return Markup(html)  # noqa: S704 - made safe by the renderer; what was put in is base64


def of_form(form: Form) -> Shown:
    """What is typed, as far as it has come: what cannot be read yet is left out."""
    content = content_of(readable(form), installation().policy, actor())
    if not content.title:
        content = replace(content, title=_("Rubrik"))
    if _asked_for(View.TIMES) is View.TIMES:
        content = replace(content, attachments=())  # none is opened that is not looked at
    return of_sketch(sketching.sketch(installation(), actor(), content))


def of_writer(form: Form, writer: Person) -> Shown:
    """Somebody else's text as a page: all that whoever is asked to read it is shown."""
    content = content_of(readable(form), installation().policy, writer)
    if not content.title:
        content = replace(content, title=_("Utan rubrik"))
    found = sketching.sketch(installation(), writer, content)
    return Shown(found, View.PAGE, found.content.language, View.PAGE)


def of_sketch(found: Sketch, first: View = View.TIMES) -> Shown:
    """The view and the language that are asked for, or the first there is."""
    view = _asked_for(first)
    if not Shown(found, view, "").has(view):
        view = first
    language = request.args.get("sprak", "")
    known = found.content.languages
    return Shown(
        found,
        view,
        language if language in known else found.content.language,
        first,
        spelt=view is View.LANGUAGE and request.args.get("stavning") == "ja",
    )


def _asked_for(first: View) -> View:
    asked = request.args.get("flik", "")
    return View(asked) if asked in set(View) else first


@blueprint.post("/skriv/visa")
def show() -> str:
    """The part of the page that moves while somebody writes. Keeps nothing."""
    class_name = choosing.known(request.form.get("klass", ""))
    form = read_form(installation().policy, class_name, request.form, request.files)
    return render_template("_shown.html", shown=of_form(form), doing="andra")
