"""A filter of a few words keeps whoever draws it busy for hours: such a picture is on no poster."""

import pytest

from announcer.domain.announcement import Attachment
from announcer.render.poster import poster_on_screen
from announcer.render.svg import has_effects, is_harmless
from tests.unit.render.sender import content, edition

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 900"><title>En plan</title>'
RECT = '<rect width="900" height="900"'
WITH = (
    f'{HEAD}<filter id="a"><feMorphology operator="dilate" radius="2000"/></filter>{RECT} filter="url(#a)"/></svg>',
    f'{HEAD}<filter id="a"><feTurbulence numOctaves="9999"/></filter>{RECT} filter="url(#a)"/></svg>',
    f'{HEAD}{RECT} style="FILTER: blur(900px)"/></svg>',
    f"{HEAD}<style>rect {{ filter: blur(900px) }}</style>{RECT}/></svg>",
)


@pytest.mark.parametrize("picture", WITH)
def test_a_picture_with_filters_is_not_drawn(picture: str) -> None:
    assert has_effects(picture.encode())
    assert _poster(_plan(picture)) == _poster()


def test_a_picture_without_is() -> None:
    picture = f'{HEAD}{RECT} class="filter" fill="#147"/></svg>'
    assert is_harmless(picture.encode())
    assert not has_effects(picture.encode())
    assert _poster(_plan(picture)) != _poster()


def _poster(*files: Attachment) -> bytes:
    return poster_on_screen(edition(content(attachments=files)), str)


def _plan(picture: str) -> Attachment:
    return Attachment("plan.svg", "image/svg+xml", picture.encode(), "En plan")
