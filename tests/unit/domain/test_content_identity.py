"""What is approved is exactly what is stored: the hash of a content stands for all of it."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.domain.announcement import Attachment, Content, Question, Translation
from announcer.domain.change import Correction, CorrectionKind

quick = settings(max_examples=150, deadline=None, database=None)

#: What UTF-8 can hold, also quotation marks, line breaks and control characters.
texts = st.text(max_size=12)
names = st.lists(texts, max_size=3).map(tuple)
attachments = st.builds(Attachment, texts, texts, st.binary(max_size=8), texts)
decisions = st.none() | st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        [
            "class_name",
            "unit",
            "title",
            "summary",
            "body",
            "contact",
            "language",
            "record_number",
            "topic",
            "follows",
            "not_promised",
        ],
        texts,
    ),
    "audience": names,
    "channels": names,
    "decision_at": decisions,
    "known_at": decisions,
    "translations": st.dictionaries(
        texts, st.builds(Translation, texts, texts, texts, texts), max_size=2
    ),
    "answers": st.dictionaries(texts, texts, max_size=2),
    "exercise": st.booleans(),
    "questions": st.lists(st.builds(Question, texts, texts), max_size=2).map(tuple),
    "correction": st.none()
    | st.builds(
        Correction, st.sampled_from(CorrectionKind), st.dictionaries(texts, texts, max_size=2)
    ),
    "next_information": decisions,
    "attachments": st.lists(attachments, max_size=2).map(tuple),
}
contents = st.builds(Content, **FIELDS)


def stored(content: Content) -> dict[str, bytes]:
    return {attachment.sha256: attachment.content for attachment in content.attachments}


def test_every_field_of_a_content_is_among_those_tried() -> None:
    assert {field.name for field in fields(Content)} == set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_a_change_of_any_field_is_another_content(name: str) -> None:
    @settings(quick, max_examples=25)
    @given(contents, FIELDS[name])
    def check(before: Content, value: Any) -> None:
        after = replace(before, **{name: value})
        assert (after.content_hash == before.content_hash) is (value == getattr(before, name))

    check()


@pytest.mark.parametrize("name", ["title", "summary", "body", "of"])
def test_a_change_within_a_translation_is_another_content(name: str) -> None:
    text = Translation("t", "s", "b")
    before = a_content(translations={"fi": text})
    after = a_content(translations={"fi": replace(text, **{name: "x"})})
    assert before.content_hash != after.content_hash


@pytest.mark.parametrize(
    "change", [{"name": "b.pdf"}, {"media_type": "x"}, {"content": b"y"}, {"alt": "y"}]
)
def test_a_change_within_an_attachment_is_another_content(change: dict[str, Any]) -> None:
    plan = Attachment("a.pdf", "application/pdf", b"x")
    before = a_content(attachments=(plan,))
    assert before.content_hash != a_content(attachments=(replace(plan, **change),)).content_hash


def test_the_order_of_attachments_audiences_and_channels_is_part_of_the_content() -> None:
    one, other = Attachment("a.pdf", "x", b"1"), Attachment("b.pdf", "x", b"2")
    for name, order in (("attachments", (one, other)), ("audience", ("a", "b")), ("channels", ("a", "b"))):  # fmt: skip
        before, after = a_content(**{name: order}), a_content(**{name: order[::-1]})
        assert before.content_hash != after.content_hash


def test_text_does_not_slip_from_one_field_into_the_next() -> None:
    assert a_content(title="ab", summary="c").content_hash != a_content(title="a", summary="bc").content_hash  # fmt: skip
    assert a_content(audience=("a", "b")).content_hash != a_content(audience=("a,b",)).content_hash


def test_one_moment_is_one_content_in_whatever_zone_it_is_written() -> None:
    moment = datetime(2026, 12, 15, 17, 0, tzinfo=UTC)
    there = moment.astimezone(timezone(timedelta(hours=1)))
    assert a_content(decision_at=moment).content_hash == a_content(decision_at=there).content_hash


@quick
@given(contents)
def test_what_is_stored_reads_back_as_what_was_approved(content: Content) -> None:
    again = Content.from_json(content.as_json(), stored(content))
    assert again == content
    assert again.content_hash == content.content_hash


def test_a_changed_attachment_cannot_be_read_back_under_the_old_hash() -> None:
    content = a_content(attachments=(Attachment("a.pdf", "x", b"1"),))
    with pytest.raises(KeyError):
        Content.from_json(
            content.as_json(), stored(a_content(attachments=(Attachment("a.pdf", "x", b"2"),)))
        )


def test_a_reader_gets_the_translation_or_else_the_first_language() -> None:
    content = a_content(title="Skola", translations={"fi": Translation("Koulu", "s")})
    assert [content.text_in(language).title for language in ("sv", "fi", "en")] == ["Skola", "Koulu", "Skola"]  # fmt: skip
    assert content.languages == ("sv", "fi")


def test_a_text_that_is_no_exercise_is_stored_as_it_was_before_there_were_any() -> None:
    assert "exercise" not in a_content().as_json()


def a_content(**changes: Any) -> Content:
    given_ = {"class_name": "beslut", "unit": "ks", "title": "t", "summary": "s", "body": "b"}
    return Content(**({"audience": ("alla",), "contact": "c", **given_} | changes))
