"""axe-core, which looks at a page as it stands in a browser."""

from typing import Literal

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

#: WCAG 2.1, levels A and AA (EN 301 549), by the names axe-core gives them.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")


#: Only what is broken is sent from the browser: what is not is ten times as much. How many rules
#: were kept says that it looked.
#: A colour that is still changing, as a button's does when the scheme changes, is at its end first.
ASK = """async rules => {
  for (const one of document.getAnimations()) one.finish();
  const found = await axe.run(document, {
    runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']
  });
  const broken = found.violations.map(one => [one.id, one.nodes.map(node => node.html)]);
  return [found.passes.length, broken];
}"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
AXE = AXE_FILE_PATH.read_text(encoding="utf-8")


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Every rule that the page breaks, with the elements that break it."""
    page.evaluate(AXE)  # no tag: our headers stop those
    return _asked(page)


def violations_in_light_and_dark(page: Page) -> list[tuple[str, list[str]]]:
    """The same, of the page as it stands in light, and then in dark; there it is left."""
    page.evaluate(AXE)
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found += [(f"{rule} in {scheme}", nodes) for rule, nodes in _asked(page)]
    return found


def _asked(page: Page) -> list[tuple[str, list[str]]]:
    kept, broken = page.evaluate(ASK, list(RULES))
    assert kept > 10, "it looked at next to nothing"
    return [(rule, nodes) for rule, nodes in broken]
