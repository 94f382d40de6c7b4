"""The floor for the web: bare Flask that gives bytes from memory, and a bare Jinja page.

``BENCH_BYTES`` names the file whose bytes are given; a page of the same size is made from it.
"""

import os
from pathlib import Path

from flask import Flask, Response, render_template, request
from jinja2 import DictLoader

CONTENT = Path(os.environ.get("BENCH_BYTES", os.devnull)).read_bytes()
ETAG = "bare"
#: A page as pages are: a head with a title, and paragraphs one after the other.
PAGE = """<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><main><h1><a href="/page?again">{{ title }}</a></h1>{% for one in paragraphs %}<p>{{ one }}</p>
{% endfor %}</main></body></html>"""
#: Characters of a paragraph, with its tags and line end.
PARAGRAPH = 200
PARAGRAPHS = ["a" * (PARAGRAPH - 8)] * max(1, (len(CONTENT) - 160) // PARAGRAPH)

app = Flask(__name__)
#: A template that is compiled once, as every program's is.
app.jinja_loader = DictLoader({"page.html": PAGE})


@app.get("/bytes")
def content() -> Response:
    """The bytes, or 304 to who has them."""
    same = request.if_none_match.contains_weak(ETAG)
    response = Response(b"" if same else CONTENT, status=304 if same else 200)
    response.set_etag(ETAG)
    return response


@app.get("/page")
def page() -> str:
    """A page of about as many bytes."""
    return render_template("page.html", title="Nyheter", paragraphs=PARAGRAPHS)
