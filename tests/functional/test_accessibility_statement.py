"""What the law asks an accessibility statement to say, in both houses and in every language."""

from urllib.parse import unquote

import httpx
import lxml.html
import pytest

from tests.public_house import PublicHouse
from tests.world import World

#: MDFFS 2019:2: who is behind it, how far it conforms, what is wrong, how it was tested and when, how to
#: ask for another format, how to complain to the organisation, and to the authority.
SAYS = {
    "sv": (
        *("står bakom den här", "delvis förenlig", "Brister som vi känner till", "axe-core"),
        *("26 november 2026", "på ett annat sätt", "Har du hittat en brist?", "Digg"),
    ),
    "en": (
        *("is behind this", "partially compliant", "Problems that we know of", "axe-core"),
        *("26 November 2026", "in another way", "Have you found a problem?", "Digg"),
    ),
    "fi": (
        *("vastaa tästä", "osittain", "Tiedossamme olevat puutteet", "axe-core"),
        *("26. marraskuuta 2026", "toisella tavalla", "Löysitkö puutteen?", "Digg"),
    ),
}


@pytest.mark.parametrize("language", SAYS)
def test_both_houses_say_all_that_the_law_asks(
    world: World, newsroom: PublicHouse, language: str
) -> None:
    for url in (world.url, newsroom.url):
        page = httpx.get(
            f"{url}/tillganglighet", headers={"Accept-Language": language}, trust_env=False
        )
        main = lxml.html.fromstring(page.text).get_element_by_id("innehall")
        text = " ".join(main.text_content().split())
        for words in (*SAYS[language], "kommun@hallefors.example", "0591-555 00"):
            assert words in text, (url, words)
        assert "www.digg.se/tdosanmalan" in text
        mails = [link for link in main.xpath(".//a/@href") if link.startswith("mailto:")]
        assert len({unquote(one.partition("?subject=")[2]) for one in mails}) == 2, mails
        assert main.xpath(".//a[starts-with(@href, 'tel:059155500')]")
        assert not main.xpath(".//form"), "nothing is written here by the public"
