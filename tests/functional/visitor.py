"""Somebody with a browser: keeps cookies, fills in the forms that are on the page, reads."""

from typing import Any

import httpx
import lxml.html

from tests.public_visitor import TLS

File = tuple[str, bytes]
#: A small page with a form, for everybody but a phone that is let in already.
DOOR = "/arbetsplats"


class Visitor:
    """One browser on the intranet at ``url``. ``page`` is the last answer."""

    def __init__(self, url: str, **headers: str) -> None:
        self.client = httpx.Client(
            base_url=url, headers=headers, trust_env=False, timeout=30, verify=TLS
        )
        self.page = httpx.Response(200)
        self._token, self._given_with = "", {"no": "cookies"}

    def get(self, path: str) -> httpx.Response:
        """Open an address, following redirects as a browser does."""
        self.page = self.client.get(path, follow_redirects=True)
        return self.page

    def ask(self, method: str, path: str, **fields: Any) -> httpx.Response:
        """Send a request past the pages, with a valid token if it changes something."""
        if method == "GET":
            return self.client.get(path)
        return self.client.request(method, path, data={**fields, "csrf_token": self.token()})

    def token(self) -> str:
        """A valid token of this session; it is good for as long as the cookies stay."""
        if self._given_with != dict(self.client.cookies):
            self._token = self._token_of(DOOR) or self._token_of("/logga-in")
            self._given_with = dict(self.client.cookies)
        return self._token

    def _token_of(self, path: str) -> str:
        tree = lxml.html.fromstring(self.client.get(path).text or "<p>")
        return str(tree.xpath("string(//input[@name='csrf_token']/@value)"))

    def sign_in(self, person: str) -> "Visitor":
        """Choose a person as the button in the list does."""
        chosen = {"person": person, "csrf_token": self.token()}
        self.page = self.client.post("/logga-in", data=chosen, follow_redirects=True)
        assert self.page.status_code == 200, self.page.text
        assert self.page.url.path == "/", self.text
        return self

    @property
    def tree(self) -> lxml.html.HtmlElement:
        """The last page."""
        return lxml.html.fromstring(self.page.text)

    @property
    def text(self) -> str:
        """What can be read on the last page, blanks made single."""
        return " ".join(self.tree.find("body").text_content().split())

    def value(self, name: str) -> str:
        """What stands in a field of the last page."""
        found = self.tree.xpath(f"//*[@name='{name}']")[0]
        # An HTML parser drops the line feed that follows <textarea>; this one does not.
        return str(found.value or "").removeprefix("\n")

    def press(
        self,
        words: str,
        /,
        files: list[File] | None = None,
        near: str = "",
        files_in: str = "bilagor",
        **fields: Any,
    ) -> httpx.Response:
        """Press the first button that says ``words`` in a form that sends to an address with
        ``near`` in it, having filled in ``fields``, and chosen ``files`` in the field ``files_in``."""
        action, sent = self.filled(words, near, **fields)
        upload = [(files_in, file) for file in files or []]
        self.page = self.client.post(action, data=sent, files=upload or None, follow_redirects=True)
        return self.page

    def filled(self, words: str, near: str = "", /, **fields: Any) -> tuple[str, dict[str, Any]]:
        """What pressing that button would send, and where to."""
        for form in self.tree.forms:
            for button in (*form.iter("button"), *self._elsewhere(form.get("id"))):
                says = " ".join(button.text_content().split())
                if words in says and near in (form.get("action") or ""):
                    action = button.get("formaction") or form.get("action")
                    return action or str(self.page.url), _sent(form, button, fields)
        raise AssertionError(f"no button says {words!r} on {self.page.url}: {self.text}")

    def _elsewhere(self, name: str | None) -> list[Any]:
        """Buttons of a form that stand outside it."""
        return list(self.tree.xpath("//button[@form=$name]", name=name)) if name else []


def _sent(form: Any, button: Any, fields: dict[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    sent.update(fields)
    if button.get("name"):
        sent[button.get("name")] = button.get("value")
    return sent
