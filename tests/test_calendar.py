"""The chronology and its calendars: where a document stands by its date, and what the pages show of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from story import Story

from generator import dates, theme
from generator.theme import Theme
from generator.views import calendar

WORDS = Theme(theme.home()).messages("en")


def letter(number: int, date: str, **more: str) -> str:
    head = "".join(f"{key}: {value}\n" for key, value in more.items())
    return f'---\ntitle: "Letter {number}"\nnumber: "{number}"\ndate: {date}\n{head}---\n\nText.\n'


DATES = ["1953-10-07", "1953-10-07", "1953-10-07/1953-10-09", "1953-10", "1953", "1953-12-31", "1952-02-29", "195X", "1953-10-XX", "1953-10-05~"]  # fmt: skip


@pytest.fixture
def story(tmp_path: Path) -> Story:
    made = Story(tmp_path, {"edition.toml": 'title = "E"\n', "content/v1/volume.toml": 'title = "One"\n'})
    for number, date in enumerate(DATES, 1):
        made.write(f"content/v1/d{number}.md", letter(number, f'"{date}"'))
    return made


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("1953-10-07", "1953-10-07"),
        ("1953-10-07T19:30:00-05:00", "1953-10-07"),
        ("1953-10-07/1953-10-09", "1953-10-07"),
        ("1953-10-07~", "1953-10-07"),
        ("1953-10-07/..", "1953-10-07"),
        ("../1953-10-07", "1953-10-07"),
        ("1953-10-07/1953-11", "1953-10-07"),
        ("1953-10", ""),
        ("1953-10-XX", ""),
        ("1953", ""),
        ("195X", ""),
        ("1953-21", ""),
        ("1953-10/1953-11", ""),
    ],
)
def test_the_day_of_a_date(given: str, day: str) -> None:
    assert dates.parse(given).day == day


def test_a_month_is_laid_out_in_weeks() -> None:
    made = calendar.month("1953", 10, {"07": 3}, WORDS)
    assert made["weeks"][0] == [0, 0, 0, 0, 1, 2, 3]  # the first of October 1953 was a Thursday
    assert made["weeks"][-1] == [25, 26, 27, 28, 29, 30, 31]
    assert made["days"] == {
        "7": {"count": 3, "level": 2, "anchor": "1953-10-07", "label": "October 7, 1953: 3 documents"}
    }


def test_the_week_begins_as_the_language_has_it() -> None:
    words = WORDS | {"week_begins": "1"}
    assert calendar.month("1953", 10, {}, words)["weeks"][0] == [0, 0, 0, 1, 2, 3, 4]
    assert calendar.weekdays(words)[0] == {"name": "Monday", "short": "Mo"}
    assert calendar.weekdays(WORDS)[0] == {"name": "Sunday", "short": "Su"}


def test_february_has_29_days_in_leap_years_of_the_gregorian_calendar() -> None:
    assert calendar.month("1952", 2, {}, WORDS)["weeks"][-1][5] == 29
    assert 29 not in calendar.month("1900", 2, {}, WORDS)["weeks"][-1]
    assert calendar.month("0953", 2, {}, WORDS)["weeks"]  # years before 1000 have calendars too


def test_a_day_is_shaded_by_how_many_documents_it_has() -> None:
    assert [calendar.level(count) for count in (0, 1, 2, 3, 4, 7, 8, 200)] == [0, 1, 2, 2, 3, 3, 4, 4]
    assert [step["text"] for step in calendar.legend(WORDS)] == ["1", "2–3", "4–7", "8 and more"]


def test_a_month_is_shaded_by_the_fullest() -> None:
    assert [calendar.share(count, 20) for count in (0, 1, 5, 6, 11, 15, 16, 20)] == [0, 1, 1, 2, 3, 3, 4, 4]
    assert calendar.share(1, 1) == 3 and calendar.share(0, 0) == 0


def test_the_days_of_a_year_lead_to_their_documents(story: Story) -> None:
    assert not story.build().errors
    year = story.page("chronology/1953/index.html")
    assert 'href="10/index.html#1953-10-07" aria-label="October 7, 1953: 3 documents"' in year
    assert 'href="10/index.html#1953-10-05" aria-label="October 5, 1953: 1 document"' in year
    assert year.count('<table class="calendar">') == 12
    # Those of which only the month is known are told beneath it, those of which only the year is are listed.
    assert re.search(r'href="10/index.html#day-unknown">day not known: 2<', year)
    assert "Month not known" in year and "Letter 5" in year
    assert 'rel="prev" href="../1952/index.html"' in year
    month = story.page("chronology/1953/10/index.html")
    ids = re.findall(r'<h2 id="([^"]+)"', month.partition("<footer")[0])
    assert ids == ["1953-10-05", "1953-10-07", "day-unknown"]
    assert "Wednesday, October 7" in month
    assert "October 7–9, 1953" in month, "a span says how far it goes"
    assert 'rel="next" href="../12/index.html"' in month and 'rel="prev" href="../../1952/02/index.html"' in month


def test_every_link_of_a_calendar_leads_to_a_day(story: Story) -> None:
    story.build()
    for page in story.site.glob("chronology/*/index.html"):
        for path, anchor in re.findall(r'href="([^"#]*)#(\d{4}-\d\d-\d\d)"', page.read_text()):
            assert f'id="{anchor}"' in (page.parent / path).read_text()


def test_a_year_of_many_documents_leaves_the_list_to_its_months(story: Story) -> None:
    for number in range(20, 125):
        story.write(f"content/v1/d{number}.md", letter(number, f"1953-11-{number % 30 + 1:02}"))
    story.build()
    year = story.page("chronology/1953/index.html")
    assert "Letter 20" not in year and "Letter 5<" in year, "a document without a month is listed nowhere else"
    assert "Letter 20" in story.page("chronology/1953/11/index.html")


def test_many_years_are_divided_by_decades(story: Story) -> None:
    story.build()
    assert 'class="decade"' not in story.page("chronology/index.html")
    for number in range(30):
        story.write(f"content/v1/d{100 + number}.md", letter(100 + number, str(1800 + 4 * number)))
    story.build()
    overview = story.page("chronology/index.html")
    assert re.findall(r'<h2 class="decade" id="(\d+)"', overview)[:3] == ["1800", "1810", "1820"]
    assert '<a href="#1950">1950s</a>' in overview


def test_the_documents_before_and_after_in_time(tmp_path: Path) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "E"\nvolumes = ["v1", "v2"]\n'})
    story.write("content/v1/volume.toml", 'title = "One"\n')
    story.write("content/v2/volume.toml", 'title = "Two"\n')
    story.write("content/v1/d1.md", letter(1, "1953-10-01"))
    story.write("content/v1/d2.md", letter(2, "1953-10-09"))
    story.write("content/v1/d3.md", letter(3, "1953-10"))
    story.write("content/v2/d1.md", letter(4, "1953-10-05"))
    story.build()
    page = story.page("v1/d1/index.html")
    nav = page[page.index('class="neighbours in-time"') :]
    assert 'rel="next" href="../../v2/d1/index.html"' in nav and "October 5, 1953" in nav and "<cite>Two</cite>" in nav
    assert 'rel="prev"' not in nav
    assert '../../chronology/1953/10/index.html#1953-10-01"' in nav
    other = story.page("v2/d1/index.html")
    assert 'rel="prev" href="../../v1/d1/index.html"' in other and 'rel="next" href="../../v1/d2/index.html"' in other
    # One that stands beside it in the volume too is linked once.
    story.delete("content/v2/d1.md")
    story.build()
    page = story.page("v1/d1/index.html")
    assert page.count('href="../d2/index.html"><span>Next document, also in time</span>') == 1
    # Of one whose day is not known only the month is told.
    vague = story.page("v1/d3/index.html")
    assert '../../chronology/1953/10/index.html"' in vague and "in time:" not in vague.lower()


def test_on_this_day(story: Story) -> None:
    story.write("content/v1/d50.md", letter(50, "1960-10-07"))
    story.build()
    month = story.page("chronology/on-this-day/10/index.html")
    assert re.findall(r'<h2 id="(10-\d\d)">', month) == ["10-05", "10-07"]
    assert month.index("1953") < month.index("1960")
    days = story.page("chronology/on-this-day/index.html")
    assert 'href="10/index.html#10-07" aria-label="October 7: 4 documents"' in days
    assert "02/index.html#02-29" in days, "a leap day is a day"
    script = story.page("chronology/on-this-day/10.js")
    assert script.startswith("window.editionOnThisDay = {") and '"07":["October 7",4,[["1953","Letter 1"' in script
    assert '["1960","Letter 50","v1/d50/index.html"]' in script
    assert story.page("chronology/on-this-day/11.js") == "window.editionOnThisDay = {};\n"


def test_an_edition_without_days_has_no_days(tmp_path: Path) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "E"\n', "content/v1/d1.md": letter(1, "1953")})
    assert not story.build().errors
    assert not (story.site / "chronology/on-this-day").exists()
    assert "on-this-day" not in story.page("index.html")
    assert "go-to-day" not in story.page("chronology/index.html")
