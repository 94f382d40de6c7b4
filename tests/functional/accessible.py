"""axe-core, which looks at a page as it stands in a browser."""

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

#: WCAG 2.1, levels A and AA (EN 301 549), by the names axe-core gives them.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Every rule that the page breaks, with the elements that break it."""
    page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))  # no tag: our headers stop those
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", list(RULES)
    )
    assert len(found["passes"]) > 10, "it looked at next to nothing"
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
