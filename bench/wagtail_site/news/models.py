"""A news item and the index that lists the newest thirty, as in Wagtail's own tutorial."""

from typing import Any

from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page


class Index(Page):
    """The front page."""

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the newest first."""
        context = super().get_context(request, *args, **kwargs)
        context["items"] = (
            News.objects.child_of(self).live().order_by("-first_published_at", "-pk")[:30]
        )
        return context


class News(Page):
    """One of them."""

    summary = models.TextField()
    body = RichTextField()
