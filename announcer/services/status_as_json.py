"""Where an announcement is, for machines."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from announcer.services import approval_words
from announcer.services.status import AnnouncementStatus


def as_json(found: AnnouncementStatus, translate: Callable[[str], str]) -> dict[str, Any]:
    """The same for machines; moments as RFC 3339 in UTC."""
    return {
        "id": str(found.id),
        "public_id": found.public_id,
        "title": found.title,
        "class": found.class_name,
        "unit": found.unit,
        "state": found.state.value,
        "held": found.held,
        "content_hash": found.content_hash,
        "untranslated": [finding.say(translate) for finding in found.untranslated],
        "known_at": _rfc3339(found.known_at),
        "corrected_since": _rfc3339(found.corrected_since),
        "approval": found.standing and approval_words.as_json(found.standing, translate),
        "steps": [
            {
                "key": step.key,
                "channel": step.channel,
                "kind": step.kind.value,
                "audience": list(step.audience),
                "external": step.external,
                "state": step.state.value,
                "held": step.held,
                "meant_for": _rfc3339(step.meant_for),
                "earliest": _rfc3339(step.earliest),
                "latest": _rfc3339(step.latest),
                "late": step.late,
                "started_at": _rfc3339(step.started_at),
                "confirmed_at": _rfc3339(step.confirmed_at),
                "settled_at": _rfc3339(step.settled_at),
                "waits_for": [reason.say(translate) for reason in step.reasons],
                "openings": [
                    {"wait": o.wait.value, "event": o.event, "roles": list(o.roles)}
                    for o in step.openings
                ],
                "recipients": dict(step.recipients),
                "units": [{"unit": one.unit, "held": one.held} for one in step.units],
            }
            for step in found.steps
        ],
    }


def _rfc3339(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
