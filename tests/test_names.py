"""People, terms and places on the site: found by name, shown on cards and pages of their own, kept up to date."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import html
from story import Story, pages

PERSONS = """\
hale:
  name: Hale, Ruth
  text: Consul at Porto
  links: ["https://viaf.org/viaf/123"]
  roles:
    - {text: Vice Consul at Porto, until: 1949}
    - {text: Consul at Porto, since: 1950, until: 1953}
mira:
  name: Mira, Afonso
"""
EDITION = {
    "edition.toml": 'title = "Consular letters"\n[search]\nenabled = false\n',
    "content/v1/volume.toml": 'title = "Volume One"\n',
    "content/v1/persons.yaml": PERSONS,
    "content/v1/terms.yaml": "KHB:\n  name: KHB\n  text: Board of the harbour\n",
    "content/v1/places.yaml": 'porto:\n  name: Porto\n  at: "41.15, -8.61"\n',
    "content/v1/d1.md": "---\ntitle: First\nnumber: '1'\ndate: 1950-05-01\nfrom: Hale, Ruth\n---\n\nMiss Hale was told by the KHB that nothing sails from Porto.\n",
    "content/v1/d2.md": "---\ntitle: Second\nnumber: '2'\ndate: 1949-05-01\n---\n\nRuth Hale came by, and [the clerk]{person=mira} with her.\n",
    "content/v1/d3.md": "---\ntitle: Third\nnumber: '3'\ndate: 1951-05-01\n---\n\nNobody of note came.[^1]\n\n[^1]: Except Ruth Hale.\n",
    "content/v1/d4.md": "---\ntitle: Fourth\nnumber: '4'\ndate: 1951-05-02\n---\n\nWords alone, see [[d1]].\n",
}  # fmt: skip


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, EDITION)
    assert story.build().diagnostics == []
    return story


def page(story: Story, path: str) -> html.HtmlElement:
    return html.fromstring(story.page(path))


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_names_in_the_text_lead_to_their_pages(story: Story) -> None:
    first = page(story, "v1/d1/index.html")
    (person,) = first.xpath("//div[@class='document-text']//a[@class='person']")
    assert (words(person), person.get("data-person")) == ("Hale", "hale")
    assert person.get("href") == "../persons/hale/index.html"
    (term,) = first.xpath("//div[@class='document-text']//a[@class='term-link']/abbr[@class='term']")
    assert (words(term), term.get("title"), term.get("data-term")) == ("KHB", "Board of the harbour", "KHB")
    (place,) = first.xpath("//div[@class='document-text']//a[@class='place']")
    assert place.get("href") == "../places/porto/index.html"


def test_a_card_tells_the_office_at_the_documents_date(story: Story) -> None:
    def role(id: str) -> str:
        (card,) = page(story, f"v1/{id}/index.html").xpath("//*[@id='about-person-hale']")
        assert card.xpath(".//a[@rel='external']/@href") == ["https://viaf.org/viaf/123"]
        return words(card.xpath(".//*[@class='card-role']")[0])

    assert [role(id) for id in ("d1", "d2", "d3")] == ["Consul at Porto", "Vice Consul at Porto", "Consul at Porto"]


def test_the_page_of_a_person_has_all_documents_by_date(story: Story) -> None:
    entry = page(story, "v1/persons/hale/index.html").xpath("//article[@data-person='hale']")[0]
    leads = entry.xpath(".//li[contains(@class, 'entry')]//a/@href")
    assert leads == ["../../d2/index.html", "../../d1/index.html", "../../d3/index.html"]
    assert "sender" in words(entry)


def test_lists_have_counts(story: Story) -> None:
    for path in ("v1/persons/index.html", "persons/index.html"):
        assert "3 documents" in words(page(story, path).xpath("//*[@id='hale']")[0])
        assert "1 document" in words(page(story, path).xpath("//*[@id='mira']")[0])
    assert page(story, "index.html").xpath("//nav//a[@href='persons/index.html']")


def test_an_edit_of_a_list_reads_no_source_again_and_reaches_who_is_named(story: Story) -> None:
    for file in story.root.rglob("*.md"):
        os.utime(file, ns=(10**18, 10**18))  # the stat of a file that has just been written is not trusted
    story.build()
    story.edit("content/v1/persons.yaml", "Consul at Porto\n  links", "Consul of her country at Porto\n  links")
    report = story.build()
    assert (report.read, report.reread) == (0, 0)
    assert pages(report) == {
        "v1/d1/index.html", "v1/d2/index.html", "v1/d3/index.html", "v1/persons/hale/index.html",
        "v1/persons/index.html", "persons/index.html",
    }  # fmt: skip
    assert story.tree() == story.clean()


def test_a_name_that_is_new_is_found_where_it_stands(story: Story) -> None:
    story.write("content/v1/persons.yaml", PERSONS + "nobody:\n  name: Alone, Words\n  names: [Words alone]\n")
    report = story.build()
    assert "v1/d4/index.html" in pages(report) and "v1/d3/index.html" not in pages(report)
    assert page(story, "v1/d4/index.html").xpath("//a[@data-person='nobody']")
    assert story.tree() == story.clean()
    story.write("content/v1/persons.yaml", PERSONS)
    report = story.build()
    assert "v1/persons/nobody/index.html" in report.removed
    assert story.tree() == story.clean()
    assert not story.build().rendered


def test_a_list_that_comes_and_goes(story: Story) -> None:
    for name in ("persons", "terms", "places"):
        story.rename(f"content/v1/{name}.yaml", f"away/{name}.yaml")
    story.build()
    assert not page(story, "v1/d1/index.html").xpath("//a[@class='person']")
    assert story.tree() == story.clean()
    for name in ("persons", "terms", "places"):
        story.rename(f"away/{name}.yaml", f"content/v1/{name}.yaml")
    story.build()
    assert story.tree() == story.clean()
    assert page(story, "v1/d1/index.html").xpath("//a[@class='person']")


def test_one_person_in_two_volumes(story: Story) -> None:
    story.write("content/v2/volume.toml", 'title = "Volume Two"\n')
    story.write("content/v2/persons.yaml", 'rh:\n  name: "Hale, R."\n  links: ["http://viaf.org/viaf/123/"]\n')
    story.write("content/v2/d1.md", "---\ntitle: Later\ndate: 1960\nfrom: {person: rh, name: R. Hale}\n---\n\nWords.\n")
    assert story.build().diagnostics == []
    for path in ("v1/persons/hale", "v2/persons/rh"):
        entry = page(story, f"{path}/index.html").xpath("//article")[0]
        assert {"../../d1/index.html", "Volume Two", "Volume One"} <= {*entry.xpath(".//a/@href"), *(words(e) for e in entry.iter("h2", "cite", "a"))}  # fmt: skip
    assert len(page(story, "persons/index.html").xpath("//main//dl//dt")) == 2
    assert story.tree() == story.clean()


def test_cited_at_the_place_and_related(story: Story) -> None:
    story.edit("content/v1/d4.md", "Words alone, see [[d1]].", "Words.[^1]\n\n[^1]: See footnote 1, Document 3.")
    story.edit("content/v1/d1.md", "from: Hale", "source_line: 611.41/5–150\nfrom: Hale")
    story.edit("content/v1/d2.md", "number: '2'", "source_line: 611.41/5–149\nnumber: '2'")
    assert story.build().diagnostics == []
    third = page(story, "v1/d3/index.html")
    (sign,) = third.xpath("//section[contains(@class, 'notes')]//a[@class='cited-here']")
    assert third.xpath(f"//*[@id='{sign.get('href')[1:]}']//a[contains(@href, 'd4/')]")
    (related,) = page(story, "v1/d1/index.html").xpath("//aside[@class='related']")
    assert related.xpath(".//a/@href") == ["../d2/index.html"] and "611.41" in words(related)
    assert story.tree() == story.clean()
