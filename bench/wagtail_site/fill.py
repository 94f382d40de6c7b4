"""Make the site: an index and as many news as the first argument says."""

import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()
call_command("migrate", verbosity=0)

from news.models import Index, News  # noqa: E402 - Django has to be set up first
from wagtail.models import Page, Site  # noqa: E402 - as above

WORDS = "Koka allt vatten som du dricker eller lagar mat med. Det räcker att det kokar upp. "
for old in Page.objects.filter(depth=2):
    old.delete()
root = Page.objects.get(depth=1)
index = root.add_child(instance=Index(title="Nyheter", slug="nyheter"))
for number in range(int(sys.argv[1])):
    title = f"Nyhet nummer {number} från kommunen"
    body = f"<h2>Det här gäller</h2><p>{WORDS * 12}</p>"
    summary = "Vattnet i Hällefors ska kokas. Det gäller tills vi säger något annat."
    index.add_child(instance=News(title=title, slug=f"n{number}", summary=summary, body=body))
Site.objects.all().delete()
Site.objects.create(hostname="127.0.0.1", root_page=index, is_default_site=True)
