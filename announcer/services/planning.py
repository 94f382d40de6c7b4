"""From an approved text to a plan whose steps are rows."""

import secrets
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, LiftRow, PolicyRow, RevisionRow, StepRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.content_rules import missing_languages
from announcer.domain.patience import has_ceilings
from announcer.domain.policy import Policy
from announcer.domain.schedule import Forecast, Handovers, forecast, make_plan, not_before
from announcer.domain.step import PlannedStep, StepState
from announcer.people import workplaces
from announcer.people.lookup import load_units
from announcer.render.catalogue import translator
from announcer.render.page import article, article_digest
from announcer.services import records, situation
from announcer.services.installation import Installation
from announcer.services.installed import keep_channels


def new_public_id() -> str:
    """What stands in addresses: random, so that nothing can be read from it or guessed."""
    return secrets.token_hex(9)


def keep_policy(session: Session, installation: Installation) -> str:
    """Store the current policy, once; returns its hash."""
    session.execute(
        insert(PolicyRow)
        .values(
            sha256=installation.policy_sha256,
            source=installation.policy_source,
            loaded_at=engine.now(session),
        )
        .on_conflict_do_nothing()
    )
    return installation.policy_sha256


def expected_digest(content: Content, public_id: str) -> str:
    """What a reader of the intranet must find (hex SHA-256)."""
    return article_digest(article(content, public_id, translator), public_id)


def plan(session: Session, installation: Installation, row: AnnouncementRow) -> None:
    """Write the steps of the approved text; from here the dispatcher carries on.

    The caller holds the announcement's row. Raises `Refusal` where the text cannot be planned.
    """
    revision = records.newest_revision(session, row.id)
    content = records.content_of(session, revision)
    policy = records.policy_of(session, installation, row)
    keep_channels(session, policy)
    steps = make_plan(policy, content, load_units(session))
    without = missing_languages(content, policy)
    now = engine.now(session)
    for position, step in enumerate(steps):
        session.add(_step_row(row, revision, content, position, step, now))
        session.flush()
    if has_ceilings(policy.classes[row.class_name], policy):
        page = next(one for one in records.steps_of(session, row.id) if one.channel == "intranet")
        page.call_at = now
    row.state = AnnouncementState.ACTIVE.value
    records.append(
        session,
        row.id,
        "planned",
        None,
        policy=row.policy,
        **({"without": list(without)} if without else {}),
        steps=[[s.key, s.channel, list(s.audience), list(s.after)] for s in steps],
    )


def _step_row(
    row: AnnouncementRow,
    revision: RevisionRow,
    content: Content,
    position: int,
    step: PlannedStep,
    now: datetime,
) -> StepRow:
    page = step.channel == "intranet"
    return StepRow(
        id=uuid4(),
        announcement=row.id,
        revision=revision.id,
        position=position,
        key=step.key,
        channel=step.channel,
        audience=list(step.audience),
        external=step.external,
        before_intranet=step.before_intranet,
        after=list(step.after),
        floor_seconds=int(step.floor.total_seconds()),
        approval=step.approval.value,
        approvals_needed=step.approvals,
        author_last=step.author_last,
        release_by=list(step.release_by),
        ticked_by=list(step.ticked_by),
        per_unit=step.per_unit,
        greatest_lateness_seconds=int(step.greatest_lateness.total_seconds()),
        urgent=step.urgent,
        source=step.source,
        strength=step.strength.value,
        gates=list(step.gates),
        meant_for=step.meant_for,
        silences=[[s.begins.isoformat(), s.ends.isoformat(), s.why] for s in step.silences],
        page_digest=expected_digest(content, row.public_id) if page else None,
        look_at=now,
    )


def open_windows(
    session: Session, installation: Installation, row: AnnouncementRow, confirmed: datetime
) -> None:
    """Set when each later step may start at the earliest, now that the page is confirmed.

    What a person brought forward before that goes now, but never before the confirmation.
    """
    policy = records.policy_of(session, installation, row)
    facts = situation.facts_of(session, row)
    shifts = handovers(session, policy, row.class_name, told(session, policy, row), row.unit)
    for step in records.steps_of(session, row.id):
        if step.not_before is not None or step.state != StepState.WAITING.value:
            continue
        planned = facts.steps[step.key].planned
        opens = not_before(policy, row.class_name, planned, confirmed, shifts)
        if opens is None:
            continue
        if facts.steps[step.key].lifted_to is not None:
            opens = _brought_forward(session, step, opens, confirmed)
        step.not_before = opens
        step.look_at = opens
    session.flush()


def _brought_forward(
    session: Session, step: StepRow, opens: datetime, confirmed: datetime
) -> datetime:
    """The moment of confirmation, with the lift that the gate asks for: of whoever lifted first."""
    first = session.scalars(
        select(LiftRow).where(LiftRow.step == step.id).order_by(LiftRow.id).limit(1)
    ).one()
    if opens <= confirmed:
        return opens
    session.add(LiftRow(step=step.id, actor=first.actor, ground=first.ground, not_before=confirmed))
    session.flush()
    return confirmed


def told(session: Session, policy: Policy, row: AnnouncementRow) -> tuple[str, ...]:
    """Whom of the staff the announcement is for, as its writer named them."""
    content = records.text_of(records.text_in_force(session, row.id))
    return policy.staff_among(content.audience)


def handovers(
    session: Session, policy: Policy, class_name: str, audience: tuple[str, ...], unit: str
) -> Handovers:
    """When every affected shift hands over (local times by workplace), where a window of the class
    is counted in that; else nothing is asked."""
    steps = policy.classes[class_name].steps.values()
    if not any(step.window and step.window.handover for step in steps):
        return {}
    return workplaces.handovers(session, policy, audience, unit)


def forecast_of(
    session: Session, policy: Policy, content: Content, approved: datetime
) -> list[Forecast]:
    """What would happen when, if ``content`` were approved at ``approved`` (aware UTC)."""
    inside = policy.staff_among(content.audience)
    shifts = handovers(session, policy, content.class_name, inside, content.unit)
    return forecast(policy, content, approved, shifts)


def wake(session: Session, row: AnnouncementRow) -> None:
    """Something happened: the dispatcher looks at every waiting step of it again, and at once."""
    session.flush()
    woken = session.execute(
        update(StepRow)
        .where(StepRow.announcement == row.id, StepRow.state == "waiting")
        .values(look_at=func.announcer.announcer_now())
        .returning(StepRow.id)
        .execution_options(synchronize_session=False)
    )
    if woken.all():
        engine.wake_dispatchers(session)


def step_named(session: Session, row: AnnouncementRow, key: str) -> StepRow | None:
    """The step of the plan with this key."""
    return session.scalar(select(StepRow).where(StepRow.announcement == row.id, StepRow.key == key))
