"""What every answer carries so that a page can be neither framed, sniffed nor traced."""

from flask import Flask, Response, g

#: Nothing from elsewhere, nothing inline. ``data:`` is Bootstrap's own check marks and arrows.
PAGE = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: What a page may besides that loads scripts of ours: run those that have the answer's own word, and
#: ask the house they came from.
SCRIPTS = "; script-src 'nonce-{}'; connect-src 'self'"
#: For files that people handed in: an SVG opened by itself may draw, and nothing else.
FILE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
_ALWAYS = {
    "Content-Security-Policy": PAGE,
    "X-Content-Type-Options": "nosniff",
    # Addresses of feeds hold keys; no other site may learn one.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_INSIDE = {"X-Robots-Tag": "noindex"}


def standing(*, public: bool = False) -> dict[str, str]:
    """The headers of every answer. What is not ``public`` asks search engines to keep away."""
    return _ALWAYS if public else _ALWAYS | _INSIDE


def protect(app: Flask, *, public: bool = False) -> None:
    """Put the headers on every answer that did not choose its own."""
    ours = [(name.lower(), name, value) for name, value in standing(public=public).items()]

    @app.after_request
    def add(response: Response) -> Response:
        if word := g.get("nonce"):
            response.headers["Content-Security-Policy"] = PAGE + SCRIPTS.format(word)
        # Looked up once: a setdefault for each takes a tenth of a short answer's time.
        chosen = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - pairs otherwise
        response.headers.extend((name, value) for key, name, value in ours if key not in chosen)
        return response
