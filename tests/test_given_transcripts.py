"""The two transcripts given at the beginning, written as an editor would, and built: every page mark, note and
reference in its place. The texts are not part of the project; they are turned into documents here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html
from story import Story

from generator import build, check
from generator.diagnostics import Severity
from generator.importer import import_files

MARKS = {
    "telegram-1831": ["Kingdom1", "1953.2", "experts.3"],
    "telegram-234386": ["Kingdom1", "11751;2", "11698.3", "VI,4"],
}
FRONT = {
    "telegram-1831": 'title: "The Secretary of State to the Embassy in the United Kingdom[^1]"\nsource_line: "460.509/10–753: Telegram"\nclassification: secret\nfirst_page: "1018"\n',
    "telegram-234386": 'title: "Telegram From the Department of State to the Mission in Geneva and the Embassy in the United Kingdom[^1]"\nnumber: "387"\n',
}  # fmt: skip


def as_markdown(text: str, name: str) -> str:
    """What an editor does by hand: front matter, ``[^1]`` where a number hangs on a word, notes at the end."""
    body, _, notes = text.partition("\n  1. ")
    paragraphs = body.strip().split("\n\n")[3 if name == "telegram-1831" else 1 :]
    body = "\n\n".join(paragraphs).replace("\nDulles", "\n{.signed}\nDulles")
    for mark in MARKS[name][1:]:
        assert body.count(mark) == 1, mark
        body = body.replace(mark, f"{mark[:-1]}[^{mark[-1]}]")
    labelled = ["1", *re.split(r"\n  (\d+)\. ", notes)]
    given = "\n\n".join(f"[^{n}]: {t.strip()}" for n, t in zip(labelled[::2], labelled[1::2], strict=True))
    return f"---\n{FRONT[name]}---\n\n{body}\n\n{given}\n"


def words(element: html.HtmlElement) -> str:
    """The text of a page as it is read: without page marks and note references, white space as one space."""
    return " ".join("".join(element.itertext()).split())


@pytest.fixture
def pages(tmp_path: Path, shared: Path) -> dict[str, html.HtmlElement]:
    story = Story(tmp_path, {"edition.toml": 'title = "Given"\n'})
    ids = {"telegram-1831": "d101", "telegram-234386": "d387"}
    for name, id in ids.items():
        text = (shared / f"corpus/plaintext/{name}.txt").read_text(encoding="utf-8")
        story.write(f"content/given/{id}.md", as_markdown(text, name))
    report = story.build()
    assert not report.errors and not report.warnings, [str(d) for d in report.diagnostics]
    return {name: html.fromstring(story.page(f"given/{id}/index.html")) for name, id in ids.items()}


@pytest.mark.parametrize(
    ("name", "id", "labels", "printed", "notes"),
    [
        ("telegram-1831", "d101", ["1019", "1020"], "[1018]–1020", ["1", "2", "3"]),
        ("telegram-234386", "d387", ["990", "991"], "[989]–991", ["1", "2", "3", "4"]),
    ],
)
def test_marks_notes_and_references(
    pages: dict[str, html.HtmlElement],
    shared: Path,
    name: str,
    id: str,
    labels: list[str],
    printed: str,
    notes: list[str],
) -> None:
    page = pages[name]
    article = page.xpath("//article")[0]
    assert [a.get("data-page") for a in article.xpath(".//a[@role='doc-pagebreak']")] == labels
    assert [a.get("id") for a in article.xpath(".//a[@role='doc-pagebreak']")] == [f"pg_{n}" for n in labels]
    assert [words(a) for a in article.xpath(".//a[@role='doc-pagebreak']")] == [f"[Page {n}]" for n in labels]
    references = article.xpath(".//a[@role='doc-noteref']")
    assert [words(a) for a in references] == notes
    assert [a.get("href") for a in references] == [f"#{id}fn{n}" for n in notes]
    assert [a.get("id") for a in references] == [f"{id}fnref{n}" for n in notes]
    assert article.xpath("./header/h1//a/@id") == [f"{id}fnref1"]
    listed = article.xpath("./section[@role='doc-endnotes']/ol/li")
    assert [li.get("id") for li in listed] == [f"{id}fn{n}" for n in notes]
    for li, n in zip(listed, notes, strict=True):
        assert li.xpath(".//a[@role='doc-backlink']/@href") == [f"#{id}fnref{n}"]
    assert page.xpath("//*[@class='document-pages']/text()") == [printed]


def test_each_reference_stands_after_its_word(pages: dict[str, html.HtmlElement]) -> None:
    for name, marks in MARKS.items():
        page = pages[name]
        for mark in marks:
            (reference,) = [a for a in page.xpath("//a[@role='doc-noteref']") if words(a) == mark[-1]]
            before = "".join(reference.xpath("preceding::text()"))
            assert before.endswith(mark[:-1]), (name, mark, before[-20:])


def test_a_page_mark_interrupts_nothing(pages: dict[str, html.HtmlElement]) -> None:
    article = pages["telegram-1831"].xpath("//article")[0]
    for mark in article.xpath(".//a[@role='doc-pagebreak']"):
        mark.drop_tree()
    text = "".join(article.itertext())
    assert "examination strategic nature" in text


def test_no_word_is_lost(pages: dict[str, html.HtmlElement], shared: Path) -> None:
    for name, page in pages.items():
        given = (shared / f"corpus/plaintext/{name}.txt").read_text(encoding="utf-8")
        article = page.xpath("//article")[0]
        for extra in article.xpath(".//a[@role='doc-noteref' or @role='doc-backlink'] | .//*[@class='note-label']"):
            extra.drop_tree()
        shown = sorted(re.findall(r"[^\W\d_]{2,}", words(article)))
        if name == "telegram-1831":  # set apart as the classification, which is shown beside the text
            shown = sorted([*shown, "secret"])
        assert shown == sorted(re.findall(r"[^\W\d_]{2,}", given))


def test_printed_numbers_are_kept(pages: dict[str, html.HtmlElement]) -> None:
    paragraphs = [words(p) for p in pages["telegram-1831"].xpath("//article//p[starts-with(@id, 'p')]")]
    numbers = [m[1] for p in paragraphs if (m := re.match(r"(?:1831\. )?(\d+)\. ", p))]
    assert numbers == [str(n) for n in range(1, 14)]
    assert paragraphs[0].startswith("1831. 1. US Reps")
    points = [words(p) for p in pages["telegram-234386"].xpath("//article//p") if words(p).startswith("—")]
    assert len(points) == 7


# References in their notes and text

TARGETS = {
    "d63": "---\ntitle: NSC 152/2\nnumber: '63'\n---\n\n[Page 1014] A paper.[^1] Its end.[^2]\n\n[^1]: One.\n\n[^2]: Two.\n",
    "d64": "---\ntitle: The Minister in London to the Secretary\nnumber: '64'\nkind: despatch\ndate: 1953-11-10\nplace: London\n---\n\n1714. Sir: The talks [Page 1039] have ended.\n",
    "d65": "---\ntitle: The Mission in Paris to the Secretary\nnumber: '65'\nkind: telegram\ndate: 1953-10-15\nplace: Paris\n---\n\nPolto 582. They ask for delay.\n",
    "d66": "---\ntitle: The Secretary to All Missions\nnumber: '66'\nkind: instruction\ndate: 1953-10-20\n---\n\n2186. The day is agreed.\n",
    "d67": "---\ntitle: The Secretary to All Missions\nnumber: '67'\nkind: airgram\ndate: 1953-08-21\n---\n\n910. A new stress.\n",
    "d211": "---\ntitle: A Letter\nnumber: '211'\n---\n\nOne.[^1][^2][^3][^4][^5]\n\n[^1]: A.\n\n[^2]: B.\n\n[^3]: C.\n\n[^4]: D.\n\n[^5]: E.\n",
    "d385": "---\ntitle: The Mission in Geneva to the Secretary\nnumber: '385'\nkind: telegram\ndate: 1980-09-02\nplace: Geneva\n---\n\n11698. Little hope.\n",
    "d386": "---\ntitle: The Mission in Geneva to the Secretary\nnumber: '386'\nkind: telegram\ndate: 1980-09-03\nplace: Geneva\n---\n\n11751. They met.\n",
}  # fmt: skip
"""What the two telegrams refer to, in words of ours."""

REFERENCES = {
    "telegram-1831": [
        ("CA–910 Aug 21, 1953", "d67", "not-in-edition"),
        ("above para 3", "own", "own"),
        ("footnote 2 to NSC 152/2, p. 1014", "d63#d63fn2", "not-in-edition"),
        ("Polto 582 from Paris, Oct. 15, 1953", "d65", "not-in-edition"),
        ("instruction CA–2186, Oct. 20", "d66", "not-in-edition"),
        ("despatch 1714 from London, Nov. 10, p. 1039", "d64#pg_1039", "not-in-edition"),
    ],
    "telegram-234386": [
        ("Geneva 11751", "d386", "not-in-edition"),
        ("Geneva 11698", "d385", "not-in-edition"),
        ("para 2 above", "own", "own"),
        ("Telegram 11751 from Geneva, September 3", "d386", "not-in-edition"),
        ("Telegram 11698 from Geneva, September 2", "d385", "not-in-edition"),
        ("footnote 5, Document 211", "d211#d211fn5", "not-in-edition"),
    ],
}
FILE_NUMBERS = {
    "telegram-1831": ["460.509/10–753", "460.509/10–1553", "460.009/10–2053"],
    "telegram-234386": ["D800420–0217", "D800419–0331", "D800417–0402"],
}
DAYS = {"telegram-1831": "1953-10-07", "telegram-234386": "1980-09-03"}


@pytest.mark.parametrize("there", [True, False], ids=["targets there", "targets not there"])
@pytest.mark.parametrize("way", ["by hand", "imported"])
@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_every_reference_is_found(tmp_path: Path, shared: Path, name: str, way: str, there: bool) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "Given"\n'})
    source = shared / f"corpus/plaintext/{name}.txt"
    id = "d387"
    if way == "by hand":
        text = as_markdown(source.read_text(encoding="utf-8"), name)
        story.write(f"content/given/{id}.md", text)
    else:
        import_files(story.root, [source], "given", id=id)
        text = (story.root / f"content/given/{id}.md").read_text("utf-8")
    dated = re.sub(r"^date: .*\n", "", text, flags=re.M).replace("---\n", f"---\ndate: {DAYS[name]}\n", 1)
    story.write(f"content/given/{id}.md", dated)
    for target, written in TARGETS.items():
        if there:
            story.write(f"content/given/{target}.md", written)
    survey = build.survey(build.Options(story.root, story.site))
    cited = [c for c in check.check(survey).references if c.document == f"given#{id}"]
    numbers = [c for c in cited if c.kind == "file"]
    assert [(c.words, c.status) for c in numbers] == [(number, "not-in-edition") for number in FILE_NUMBERS[name]]
    made = [(c.words, c.target or c.status) for c in cited if c.kind != "file"]
    own = survey.catalog.volumes["given"].by_id[id].paragraphs
    wanted = {"above para 3": "3", "para 2 above": "2"}
    expected = [
        (words, f"given#{id}#{next(p.anchor for p in own if p.number == wanted[words])}" if to == "own" else to)
        for words, to in ((w, f"given#{full}" if there and full != "own" else alone) for w, full, alone in REFERENCES[name])
    ]  # fmt: skip
    assert made == expected
    assert not [d for d in survey.diagnostics if d.severity != Severity.NOTE]


@pytest.mark.parametrize("there", [True, False], ids=["targets there", "targets not there"])
def test_the_links_of_a_page(tmp_path: Path, shared: Path, there: bool) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "Given"\n'})
    for target, written in TARGETS.items():
        if there:
            story.write(f"content/given/{target}.md", written)
    text = as_markdown((shared / "corpus/plaintext/telegram-1831.txt").read_text("utf-8"), "telegram-1831")
    story.write("content/given/d387.md", text)
    story.build()
    page = html.fromstring(story.page("given/d387/index.html"))
    leads = {words(a): a.get("href") for a in page.xpath("//article//a[contains(@class, 'ref') and @data-ref]")}
    nowhere = {words(s): s.get("data-status") for s in page.xpath("//article//span[contains(@class, 'unresolved')]")}
    note, despatch = "footnote 2 to NSC 152/2, p. 1014", "despatch 1714 from London, Nov. 10, p. 1039"
    if there:
        assert leads[note] == "../d63/index.html#d63fn2" and leads[despatch] == "../d64/index.html#pg_1039"
    else:
        assert (nowhere[note], nowhere[despatch]) == ("not-in-edition", "not-in-edition")
