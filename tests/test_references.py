"""References through the whole build: what they are called, where they lead, and what an editor is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from story import Story

from generator.diagnostics import EditionError


def link(story: Story, path: str) -> list[tuple[str, str]]:
    """The references of a page: where each leads (its status, if nowhere) and its words."""
    article = story.page(path).partition("<article")[2].partition("</article>")[0]
    found = re.findall(
        r'<(?:a class="ref"[^>]* href="([^"]*)"|span class="ref unresolved" data-status="([^"]*)")[^>]*>([^<]*)',
        article,
    )
    return [(href or status, words) for href, status, words in found]


@pytest.mark.parametrize(
    ("written", "leads_to", "words"),
    [
        ("[[d2]]", "../d2/index.html", "Document 2"),
        ("[[d2|his reply]]", "../d2/index.html", "his reply"),
        ("[[p. 12]]", "../d2/index.html#pg_12", "p. 12"),
        ("[[pp. 12–15]]", "../d2/index.html#pg_12", "pp. 12–15"),
        ("[[v2]]", "../../v2/index.html", "Volume Two"),
        ("[[v1]]", "../index.html", "Volume One"),
        ("[[v2#d1]]", "../../v2/d1/index.html", "Document 1, Volume Two"),
        ("[[d1#fn1]]", "../d1/index.html#d1fn1", "footnote 1, Document 1"),
        ("[[d3#para 4]]", "../d3/index.html#p2", "paragraph 4, Document 3"),
        ("[[about]]", "../../about/index.html", "About"),
        ("[[v9#]]", "not-in-edition", "v9"),
        ("See Document 2.", "../d2/index.html", "Document 2"),
        ("See footnote 1, Document 1.", "../d1/index.html#d1fn1", "footnote 1, Document 1"),
    ],
)
def test_what_a_reference_is_called(tmp_path: Path, written: str, leads_to: str, words: str) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", f"---\ntitle: T\nkind: editorial note\n---\n\n{written}\n")
    assert not story.build().errors
    assert link(story, "v1/d9/index.html") == [(leads_to, words)]


@pytest.mark.parametrize(
    ("written", "leads_to", "rules"),
    [
        ("[[v1#d1]]", "../v1/d1/index.html", []),
        ("[[d3]]", "../v1/d3/index.html", []),
        ("[[d1]]", "ambiguous", ["ambiguous-reference"]),
        ("[[d99]]", "broken", ["broken-reference"]),
        ("[[p. 12]]", "../v1/d2/index.html#pg_12", []),
        ("[[help]]", "../help/index.html", []),
        ("[[v2]]", "../v2/index.html", []),
    ],
)
def test_references_of_a_free_page(tmp_path: Path, written: str, leads_to: str, rules: list[str]) -> None:
    """They stand in no volume: the volume is named, or only one can be meant."""
    story = Story(tmp_path)
    story.write("content/pages/help.md", "---\ntitle: Help\n---\n\nText.\n")
    story.write("content/pages/about.md", f"---\ntitle: About\n---\n\n{written}\n")
    assert [d.rule for d in story.build().diagnostics] == rules
    assert [where for where, _ in link(story, "about/index.html")] == [leads_to]


def test_persons_and_terms_that_no_list_has(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/persons.yaml", "bohlen:\n  name: Bohlen\n")
    story.write("content/v1/terms.yaml", "nato:\n  name: NATO\n")
    story.write("content/v1/d9.md", "---\ntitle: T\npersons: [bohlen, ghost]\nfrom: {person: nobody, name: N}\n---\n\n[B]{person=bohlen} and [x]{person=bolen} of [y]{term=zz}.\n")  # fmt: skip
    found = story.build().diagnostics
    assert [(d.rule, d.span.line, d.span.column) for d in found] == [
        ("unknown-person", 1, 0), ("unknown-person", 1, 0), ("unknown-person", 7, 24), ("unknown-term", 7, 45),
    ]  # fmt: skip
    assert 'Did you mean "bohlen"?' in found[2].hint


def test_chapters_that_name_what_is_not_there(tmp_path: Path) -> None:
    story = Story(tmp_path)
    chapters = (
        '[[chapters]]\ntitle = "A"\ndocuments = ["d1", "d7", "d2-d3"]\n[[chapters]]\ntitle = "B"\ndocuments = ["d3"]\n'
    )
    story.edit("content/v1/volume.toml", "\n", "\n" + chapters)
    messages = [d.message for d in story.build().diagnostics]
    assert len(messages) == 2
    assert 'names "d7", and there is no such document' in messages[0] + messages[1]
    assert '"d3" stands in two chapters' in messages[0] + messages[1]


def test_links_of_a_list_are_safe(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/persons.yaml", 'a:\n  name: A\n  links: ["javascript:alert(1)"]\nb:\n  name: B\n  links: ["https://example.org/b"]\n')  # fmt: skip
    assert [d.rule for d in story.build().diagnostics] == ["unsafe-link"]
    page = story.page("v1/persons/index.html")
    assert "javascript" not in page and 'href="https://example.org/b"' in page


@pytest.mark.parametrize(
    "alias", ["/a b/", "/old\\n/* https://evil.example 301!", "*", "https://x.org/y/", "javascript:x"]
)
def test_old_addresses_are_paths(tmp_path: Path, alias: str) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", f'---\ntitle: T\naliases: ["{alias}"]\n---\n\nText.\n')
    assert "wrong-value" in [d.rule for d in story.build().diagnostics]
    assert (story.site / "_redirects").read_text() == ""


def test_an_old_address_leads_to_the_new(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", "---\ntitle: T\naliases: [/v1/d12/]\n---\n\nText.\n")
    assert not story.build().diagnostics
    assert (story.site / "_redirects").read_text() == "/e/v1/d12/ /e/v1/d9/ 301\n"


def test_old_addresses_that_are_taken(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d8.md", "---\ntitle: T\naliases: [/v1/d1/]\n---\n\nText.\n")
    story.write("content/v1/d9.md", "---\ntitle: T\naliases: [/old/]\n---\n\nText.\n")
    story.write("content/v2/d9.md", "---\ntitle: T\naliases: [old]\n---\n\nText.\n")
    found = story.build().diagnostics
    assert [(d.rule, d.span.file) for d in found] == [("address-taken", "content/v1/d8.md"), ("address-taken", "content/v2/d9.md")]  # fmt: skip


# Volumes elsewhere

FRUS = {
    "edition.toml": 'title = "T"\n[references]\nelsewhere = ["history.state.gov"]\n',
    "content/frus1952-54v01p1/volume.toml": 'title = "Foreign Relations, 1952–1954, Volume I, Part 1"\nsubseries = "1952–1954"\nnumber = "I, Part 1"\n',
    "content/frus1952-54v01p1/d1.md": "---\ntitle: T\nnumber: '1'\n---\n\nText.\n",
}  # fmt: skip


def outside(story: Story, path: str) -> list[tuple[str, str, str]]:
    """The links of a page to volumes elsewhere: what they refer to, address, words."""
    found = re.findall(r'<a class="ref outside" rel="external" data-ref="(\w+)" href="([^"]*)"[^>]*>(.*?)</a>', story.page(path))  # fmt: skip
    return [(kind, href, re.sub("<[^>]*>", "", words)) for kind, href, words in found]


@pytest.mark.parametrize(
    ("written", "kind", "address"),
    [
        ("See *Foreign Relations*, 1952–1954, vol. VII, Part 2, p. 1914.", "page", "frus1952-54v07p2/pg_1914"),
        ("See *Foreign Relations*, 1955–1957, vol. IX, Document 12.", "document", "frus1955-57v09/d12"),
        ("See *Foreign Relations*, 1955–1957, vol. IX, Document 12, footnote 3.", "note", "frus1955-57v09/d12"),
        ("See *Foreign Relations*, 1944, vol. i, p. 184, fn. 12.", "page", "frus1944v01/pg_184"),
        ("See *Foreign Relations*, 1944, vol. i, p. 184n.", "page", "frus1944v01/pg_184"),
        ("See *Foreign Relations*, 1969–1976, vol. E–5, Part 1, Document 3.", "document", "frus1969-76ve05p1/d3"),
        ("See *Foreign Relations*, 1919, The Paris Peace Conference, vol. III, p. 5.", "page", "frus1919Parisv03/pg_5"),
        ("See *Foreign Relations*, 1917, supp. 2, vol. i, p. 161.", "page", "frus1917Supp02v01/pg_161"),
        ("See *Foreign Relations*, The Conferences at Cairo and Tehran, 1943, p. 810.", "page", "frus1943CairoTehran/pg_810"),
        ("See *Foreign Relations*, The Conferences at Port Example, p. 8.", "", ""),
        ("See vol. IV, p. 313.", "page", "frus1952-54v04/pg_313"),
        ("See vol. III.", "volume", "frus1952-54v03"),
        # Volume II of these years is in two parts: as a whole, the first; of a page, nobody knows which.
        ("See vol. II.", "volume", "frus1952-54v02p1"),
        ("See vol. II, p. 5.", "", ""),
        ("See Document 7.", "document", "frus1952-54v01p1/d7"),
        ("See p. 642.", "page", "frus1952-54v01p1/pg_642"),
        ("[[frus1952-54v05p1#d12]]", "document", "frus1952-54v05p1/d12"),
        ("[[frus1952-54v05p1#d12#fn3]]", "note", "frus1952-54v05p1/d12"),
        ("[[frus1951v01#p. 12]]", "page", "frus1951v01/pg_12"),
        ("[[frus1951v01]]", "volume", "frus1951v01"),
        ("[[frus1951v01#]]", "volume", "frus1951v01"),
        ("[[documents1951#d3]]", "", ""),
        ("Scheduled for publication in *Foreign Relations*, 1977–1980, vol. XXV.", "", ""),
    ],
)  # fmt: skip
def test_a_known_site_has_the_other_volumes(tmp_path: Path, written: str, kind: str, address: str) -> None:
    story = Story(tmp_path, FRUS)
    story.write("content/frus1952-54v01p1/d9.md", f"---\ntitle: T\nnumber: '9'\n---\n\nText.[^1]\n\n[^1]: {written}\n")
    assert not story.build().errors
    made = [(k, href) for k, href, _ in outside(story, "frus1952-54v01p1/d9/index.html")]
    assert made == ([(kind, f"https://history.state.gov/historicaldocuments/{address}")] if address else [])


def test_the_words_of_a_link_elsewhere(tmp_path: Path) -> None:
    story = Story(tmp_path, FRUS)
    story.write("content/frus1952-54v01p1/d1.md", "---\ntitle: T\n---\n\nText.[^1]\n\n[^1]: See *Foreign Relations*, 1944, vol. i, p. 5.\n")  # fmt: skip
    story.build()
    assert outside(story, "frus1952-54v01p1/d1/index.html")[0][2] == "Foreign Relations, 1944, vol. i, p. 5"


def test_a_tei_reference_to_another_volume(tmp_path: Path) -> None:
    story = Story(tmp_path, FRUS)
    story.write(
        "content/frus1952-54v01p1/d9.xml",
        '<div xmlns="http://www.tei-c.org/ns/1.0" type="document" xml:id="d9"><head>T</head><p>'
        '<ref target="frus1952-54v02p1#d3">A</ref> <ref target="frus1952-54v02p1#pg_44">B</ref> '
        '<ref target="frus1952-54v02p1#ch3">C</ref> <ref target="frus1952-54v02p1">D</ref></p></div>',
    )
    story.build()
    base = "https://history.state.gov/historicaldocuments/frus1952-54v02p1"
    made = outside(story, "frus1952-54v01p1/d9/index.html")
    assert [(href, words) for _, href, words in made] == [(f"{base}/d3", "A"), (f"{base}/pg_44", "B"), (f"{base}/ch3", "C"), (base, "D")]  # fmt: skip


def test_without_an_entry_it_is_not_in_the_edition(tmp_path: Path) -> None:
    story = Story(tmp_path, {**FRUS, "edition.toml": 'title = "T"\n'})
    story.write("content/frus1952-54v01p1/d9.md", "---\ntitle: T\n---\n\n[[frus1951v01#d1]][^1]\n\n[^1]: See *Foreign Relations*, 1944, vol. i, p. 5.\n")  # fmt: skip
    story.build()
    assert 'rel="external"' not in story.page("frus1952-54v01p1/d9/index.html")
    assert story.page("frus1952-54v01p1/d9/index.html").count('data-status="not-in-edition"') == 2


OWN_SITE = """title = "T"
[references]
series = ["Papers of the Colony"]

[[references.elsewhere]]
series = ["Papers of the Colony"]
volumes = ["colony-*"]
volume = "colony-{years}[-{number}][{part:2}]"
titled = { "Salt Office" = "colony-salt[-{number}]" }
address = "https://papers.example.org/{volume}/"
document = "{address}doc/{number}"
page = "{address}#page-{page}"
note = "{address}doc/{number}#n{note}"

[[references.elsewhere]]
site = "history.state.gov"
name = "Office of the Historian"
"""


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Papers of the Colony, 1823, vol. II, p. 5", "https://papers.example.org/colony-1823-2/#page-5"),
        ("Papers of the Colony, 1823, Salt Office, vol. II, Document 5", "https://papers.example.org/colony-salt-2/doc/5"),
        ("Papers of the Colony, 1823–1825, vol. II, Part 3, Document 5, footnote 4", "https://papers.example.org/colony-1823-25-203/doc/5#n4"),
        ("Papers of the Colony, 1823, vol. II, p. 5; *ibid.*, vol. III, p. xi", "https://papers.example.org/colony-1823-3/#page-xi"),
        ("Foreign Relations, 1944, vol. i, p. 5", "https://history.state.gov/historicaldocuments/frus1944v01/pg_5"),
        ("Foreign Relations, 1944, vol. i, p. 5; *ibid.*, 1945, vol. ii, p. 9", "https://history.state.gov/historicaldocuments/frus1945v02/pg_9"),
        # Which series has no name here: this edition's volumes are of neither.
        ("vol. II, p. 5", ""),
    ],
)  # fmt: skip
def test_a_site_of_ones_own(tmp_path: Path, written: str, address: str) -> None:
    """Each series has its own site; a volume without a series is one of the series it is named in."""
    story = Story(tmp_path, {"edition.toml": OWN_SITE, "content/v/volume.toml": 'title = "V"\nsubseries = "1944"\nnumber = "I"\n'})  # fmt: skip
    story.write("content/v/d1.md", f"---\ntitle: T\n---\n\nText.[^1]\n\n[^1]: See {written}.\n")
    assert not story.build().errors
    assert ([href for _, href, _ in outside(story, "v/d1/index.html")] or [""])[-1] == address


def test_volumes_of_a_second_series_are_known_by_their_title(tmp_path: Path) -> None:
    story = Story(tmp_path, {"edition.toml": OWN_SITE})
    story.write("content/a/volume.toml", 'title = "A"\nsubseries = "1944"\nnumber = "II"\n')
    story.write("content/b/volume.toml", 'title = "Foreign Relations"\nsubseries = "1944"\nnumber = "I"\n')
    story.write("content/b/d1.md", "---\ntitle: T\n---\n\nOne [Page 5] two.\n")
    cited = "Foreign Relations, 1944, vol. i, p. 5; Foreign Relations, 1944, vol. ii, p. 5; and Papers of the Colony, 1944, vol. ii, p. 5"
    story.write("content/a/d1.md", f"---\ntitle: T\n---\n\nOne [Page 5] two.[^1]\n\n[^1]: See {cited}.\n")
    story.build()
    assert [href for href, _ in link(story, "a/d1/index.html")] == ["../../b/d1/index.html#pg_5", "#pg_5"]
    (there,) = outside(story, "a/d1/index.html")
    assert there[1] == "https://history.state.gov/historicaldocuments/frus1944v02/pg_5"


@pytest.mark.parametrize(
    ("lines", "line", "message", "hint"),
    [
        ('elsewhere = ["history.state.com"]', 3, 'the site "history.state.com" is not known', 'Did you mean "history.state.gov"?'),
        ("elsewhere = 5", 3, "elsewhere is a list of sites", 'elsewhere = ["history.state.gov"]'),
        ('[[references.elsewhere]]\nvolumes = ["a*"]', 3, "a site has no address", "address ="),
        ('[[references.elsewhere]]\naddress = "https://x.org/"', 3, "nothing says which volumes", 'volumes = ["frus*"]'),
        ('[[references.elsewhere]]\naddress = "javascript:alert(1)//{volume}"\nvolumes = ["a"]', 4, "is no address", "https://example.org"),
        ('[[references.elsewhere]]\naddress = "https://{volume}.x.org/"\nvolumes = ["a"]', 4, "is no address", "https://example.org"),
        ('[[references.elsewhere]]\naddress = "//x.org/{volume}"\nvolumes = ["a"]', 4, "is no address", "https://example.org"),
        ('[[references.elsewhere]]\naddress = "https://x.org/{volum}"\nvolumes = ["a"]', 4, 'there is no slot "{volum}" here', 'Did you mean "volume"?'),
        ('[[references.elsewhere]]\naddress = "https://x.org/{volume"\nvolumes = ["a"]', 4, '"{volume" is no slot, nor closed', "[v{number}]"),
        ('[[references.elsewhere]]\naddress = "https://x.org/"\nvolume = "v[{nummer}]"', 5, 'there is no slot "{nummer}" here', 'Did you mean "number"?'),
        ('[[references.elsewhere]]\naddress = "https://x.org/"\nvolumes = ["a/../b"]', 5, 'is no id of a volume', "* stands for"),
        ('[[references.elsewhere]]\naddress = "https://x.org/"\nvolumes = ["a"]\npage = "{adress}/{page}"', 6, 'there is no slot "{adress}"', 'Did you mean "address"?'),
        ('[[references.elsewhere]]\naddress = "https://x.org/"\nvolumes = ["a"]\npage = "data:{page}"', 6, "is no address", ""),
        ('[[references.elsewhere]]\naddress = "https://x.org/"\nvolumes = ["a"]\n[[references.elsewhere]]\naddress = "x"\nvolumes = ["a"]', 7, "is no address", ""),
        ('[[references.elsewhere]]\naddress = "https://x.org/"\nvolumes = ["a"]\nadress = "y"', 6, 'unknown key "adress"', 'Did you mean "address"?'),
        ('[[references.elsewhere]]\naddress = "https://x.org/"\nvolumes = ["a"]\n[references.elsewhere.titled]\nSalt = 5', 3, "titled gives words of a title", ""),
        ('[[references.phrases]]\nphrase = "{page}"\n[[references.phrases]]\nphrase = "{pge}"', 6, 'there is no slot "{pge}"', ""),
    ],
)  # fmt: skip
def test_a_faulty_entry_is_explained(tmp_path: Path, lines: str, line: int, message: str, hint: str) -> None:
    story = Story(tmp_path, {"edition.toml": f'title = "T"\n[references]\n{lines}\n', "content/v/d1.md": "---\ntitle: T\n---\n\nT.\n"})  # fmt: skip
    with pytest.raises(EditionError) as raised:
        story.build()
    (found,) = raised.value.diagnostics
    assert (found.span.file, found.span.line) == ("edition.toml", line)
    assert message in found.message and hint in found.message + found.hint
    assert len(raised.value.diagnostics) == 1


def test_an_edition_in_a_language_without_phrases(tmp_path: Path) -> None:
    """Nothing is found in prose; what is marked up is linked as ever."""
    story = Story(tmp_path)
    story.edit("content/v1/d1.md", "A note: [[v2#d1]]", "See Document 2, p. 12, *ibid.*, 460.509/10–1553; [[v2#d1]]")
    story.write("edition.toml", 'title = "T"\nlanguage = "de"\n[[references.phrases]]\nphrase = "Nr. {document}"\n')
    assert not story.build().errors
    assert [words for _, words in link(story, "v1/d1/index.html")] == ["Dokument 2", "Dokument 1, Volume Two"]
    story.write("edition.toml", 'title = "T"\nlanguage = "en-GB"\n')
    story.build()
    assert len(link(story, "v1/d1/index.html")) > 2


# What an editor is told of references that cannot be right


@pytest.mark.parametrize(
    ("files", "place", "message"),
    [
        ({"d5": "Text.[^1]\n\n[^1]: See Document 5."}, "d5.md:8:11", '"Document 5": refers to the document it stands in'),
        ({"d5": "Text, [[d5]]."}, "d5.md:6:7", '"Document 5": refers to the document it stands in'),
        ({"d5": "Text.[^1]\n\n[^1]: See Documents 15–12."}, "d5.md:8:21", 'the range "15–12" falls'),
        (
            {"d1": "One [Page 9] two.[^1]\n\n[^1]: A.", "d2": "One [Page 10] two.[^1]\n\n[^1]: A.", "d5": "Text.[^1]\n\n[^1]: See p. 9, footnote 1."},
            "d5.md:8:11",
            '"p. 9, footnote 1": 2 documents on page 9 have a note 1; the page is meant',
        ),
        (
            {"d1": "One [Page 9] two.", "d2": "[Page 9] One.", "d5": "Text.[^1]\n\n[^1]: See p. 9."},
            "d5.md:8:11",
            '"p. 9": page 9 is marked in 2 documents, such as d1 and d2; the first is meant',
        ),
        (
            {"d1": "One.[^1]\n\n[^1]: *Ibid.*, p. 4.", "d5": "Text.[^1]\n\n[^1]: *Ibid.*, p. 9."},
            "d5.md:8:7",
            '"Ibid., p. 9": what ibid. means is not cited in the notes before',
        ),
    ],
    ids=["itself, in prose", "itself, marked up", "a range that falls", "a note on a shared page", "a page marked twice", "a cycle of ibid."],
)  # fmt: skip
def test_what_cannot_be_right_is_said_with_its_place(
    tmp_path: Path, files: dict[str, str], place: str, message: str
) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "T"\n'})
    for id, text in files.items():
        story.write(f"content/v/{id}.md", f"---\ntitle: T\nnumber: '{id[1:]}'\n---\n\n{text}\n")
    found = [d for d in story.build().diagnostics if d.rule == "doubtful-reference"]
    assert (f"content/v/{place}", message) in [(str(d.span), d.message) for d in found]
    assert all(d.severity == "note" for d in found)


def test_pages_that_each_document_counts_anew(tmp_path: Path) -> None:
    """A page of the document itself is meant, else nobody knows which."""
    story = Story(tmp_path, {"edition.toml": 'title = "T"\n'})
    for n in range(1, 6):
        text = "[Page 1] One [Page 2] two." if n % 2 else "None."
        story.write(f"content/v/d{n}.md", f"---\ntitle: T\n---\n\n{text}[^1]\n\n[^1]: See p. 2.\n")
    found = story.build().diagnostics
    assert link(story, "v/d3/index.html") == [("#pg_2", "p. 2")]
    assert link(story, "v/d4/index.html") == [("ambiguous", "p. 2")]
    assert [(str(d.span), d.rule) for d in found] == [
        ("content/v/d2.md:7:11", "ambiguous-reference"),
        ("content/v/d4.md:7:11", "ambiguous-reference"),
    ]
    assert '"p. 2": page 2 is marked in 3 documents, such as d1 and d3' in found[0].message


def test_what_the_documentation_shows_is_right(tmp_path: Path, checkout: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (checkout / "docs/references.md").read_text("utf-8"), re.S)
    assert len(blocks) >= 3
    for n, block in enumerate(blocks):
        story = Story(tmp_path / str(n), {"edition.toml": f'title = "T"\n{block}'})
        story.write("content/v/d1.md", "---\ntitle: T\n---\n\nText.[^1]\n\n[^1]: See Colonial Papers, 1823, vol. II, p. 5.\n")  # fmt: skip
        assert not story.build().diagnostics
        if "Colonial Papers" in block:
            (there,) = outside(story, "v/d1/index.html")
            assert there[1] == "https://papers.example.org/colony-1823-2/page/5"
