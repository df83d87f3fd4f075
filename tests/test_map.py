"""The map of the places: what of the world it shows, where the marks lie, and which of them are one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import Story

from generator import _packaging, theme
from generator.theme import Theme
from generator.views.places import WIDTH, Place, drawn

WORDS = Theme(theme.home()).messages("en")


def place(name: str, north: float, east: float, count: int = 1) -> Place:
    return Place(name, (north, east), count, f"v1/places/{name.lower()}/index.html")


def test_no_places_no_map() -> None:
    assert drawn([], WORDS) is None


def test_the_most_named_stand_first_and_are_largest() -> None:
    made = drawn([place("A", 50, 0, 2), place("B", 40, 20, 9)], WORDS)
    assert made and [mark["name"] for mark in made["marks"]] == ["B", "A"]
    assert made["marks"][0]["r"] > made["marks"][1]["r"]
    assert made["marks"][0]["label"] == "B: 9 documents" and made["marks"][1]["label"] == "A: 2 documents"


def test_north_is_up_and_east_is_right() -> None:
    made = drawn([place("A", 50, 0, 2), place("B", 40, 20)], WORDS)
    assert made
    first, second = made["marks"]
    assert first["y"] < second["y"] and first["x"] < second["x"]


def test_places_close_together_share_a_mark() -> None:
    made = drawn([place("Vienna", 48.2, 16.37, 3), place("Bratislava", 48.15, 17.11), place("Tokyo", 35.7, 139.7)], WORDS)  # fmt: skip
    assert made
    shared, alone = made["marks"]
    assert [one["name"] for one in shared["places"]] == ["Vienna", "Bratislava"] and shared["name"] == "Vienna +1"
    assert [one["name"] for one in alone["places"]] == ["Tokyo"]
    # A map of two that are near each other shows them apart.
    near = drawn([place("Vienna", 48.2, 16.37), place("Bratislava", 48.15, 17.11)], WORDS)
    assert near and len(near["marks"]) == 2


def test_the_land_lies_beneath_its_places() -> None:
    """The picture of the world is a tenth of a degree a unit; a mark is where the picture has the place."""
    made = drawn([place("A", 50, 0), place("B", 40, 20)], WORDS)
    assert made
    land = made["land"]
    for mark, (north, east) in zip(made["marks"], ((50, 0), (40, 20)), strict=True):
        assert abs(land["x"] + (east + 180) / 360 * land["width"] - mark["x"]) < 2
        assert abs(land["y"] + (90 - north) / 180 * land["height"] - mark["y"]) < 2


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=30))
def test_every_place_is_on_the_map(at: list[tuple[float, float]]) -> None:
    made = drawn([place(f"P{n}", *where, count=n + 1) for n, where in enumerate(at)], WORDS)
    assert made and 0 < made["height"] <= WIDTH
    assert sum(len(mark["places"]) for mark in made["marks"]) == len(at)
    for mark in made["marks"]:
        assert -1 <= mark["x"] <= WIDTH + 1 and -1 <= mark["y"] <= made["height"] + 1


def test_the_map_stands_on_the_list_of_places(tmp_path: Path) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "E"\n'})
    story.write("content/v1/places.yaml", "vienna:\n  name: Vienna\n  at: [48.2, 16.4]\nulm:\n  name: Ulm\nrome:\n  name: Rome\n  at: 41.9, 12.5\n")  # fmt: skip
    story.write("content/v1/d1.md", "---\ntitle: A\nplace: Vienna\n---\n\nOf Ulm.\n")
    assert not story.build().errors
    for page in ("places/index.html", "v1/places/index.html"):
        chart = re.search(r'<div class="map">.*?</div>', story.page(page), re.DOTALL)
        assert chart
        # Ulm lies nowhere that is known, and Rome occurs nowhere.
        assert re.findall(r'aria-label="([^"]+: [^"]+)"', chart[0]) == ["Vienna: 1 document"]
    assert "land.svg" not in story.page("v1/d1/index.html")
    story.write("content/v1/places.yaml", "vienna:\n  name: Vienna\n")
    story.build()
    assert "<figure" not in story.page("places/index.html")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("91, 0", "latitude 91"),
        ("0, 190", "longitude 190"),
        ("48.2", "not a latitude"),
        ("[48.2, x]", "not a latitude"),
    ],
)
def test_what_is_no_place_on_earth_is_told_with_its_line(tmp_path: Path, at: str, said: str) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "E"\n', "content/v1/d1.md": "---\ntitle: A\n---\n\nText.\n"})
    story.write("content/v1/places.yaml", f"vienna:\n  name: Vienna\n  at: {at}\n")
    (found,) = [d for d in story.build().diagnostics if d.span and d.span.file.endswith("places.yaml")]
    assert said in found.message and found.span and found.span.line == 3 and found.hint


def topology(*arcs: list[list[int]]) -> bytes:
    rings = [[[at] for at in range(len(arcs))]]
    return json.dumps({
        "transform": {"scale": [1, 1], "translate": [-180, -90]},
        "arcs": list(arcs),
        "objects": {"land": {"geometries": [{"arcs": rings}]}},
    }).encode()  # fmt: skip


def test_land_is_drawn_from_its_outlines() -> None:
    drawing = _packaging.land_svg(topology([[10, 20], [10, 0], [0, 10], [-10, -10]])).decode()
    assert 'd="M100 1600l100 0 0-100z"' in drawing


def test_land_across_the_edge_of_the_world_is_drawn_at_both() -> None:
    drawing = _packaging.land_svg(topology([[355, 20], [-350, 0], [0, 10], [350, 0], [0, -10]])).decode()
    assert re.findall(r"M(-?\d+) ", drawing) == ["3550", "-50"], "it is drawn no wider than it is"
    assert max(abs(int(step)) for step in re.findall(r"l(-?\d+)", drawing)) <= 100
