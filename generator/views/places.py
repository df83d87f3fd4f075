"""The map of places: where they lie, drawn without outside tiles.

A plate of meridians and parallels (equirectangular, true to scale in the middle of what is shown) that holds all places.
Places too close together to be told apart share a mark. The land is a picture of the theme, assets/lib/land.svg; all
else is in the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from generator.views.frame import Data
from generator.wording import filled

WIDTH = 1000
"""The map's width in its own units."""

_CLOSE = 30
"""Marks nearer than this to each other, in those units, become one."""

_NAMED = 24
"""So many marks have their names beside them, if there is room."""


class Place(msgspec.Struct, frozen=True):
    """A place on the map: its name, where it lies (latitude and longitude in degrees), in how many documents it occurs,
    the path of its page and the anchor on it."""

    name: str
    at: tuple[float, float]
    count: int
    path: str
    anchor: str = ""


class _Plate(msgspec.Struct, frozen=True):
    """What part of the world is shown: its west and north edge, and units for a degree each way."""

    west: float
    north: float
    across: float
    down: float
    height: int

    def point(self, at: tuple[float, float]) -> tuple[int, int]:
        return round((at[1] - self.west) * self.across), round((self.north - at[0]) * self.down)


def drawn(places: Iterable[Place], words: Mapping[str, str]) -> Data | None:
    """Return the map of ``places``: its size, where the picture of the world lies on it, the lines of the plate and the
    marks, those of most documents first. None if there is no place."""
    known = sorted(places, key=lambda place: (-place.count, place.name, place.path))
    if not known:
        return None
    plate = _plate([place.at for place in known])
    groups = _grouped(known, plate)
    return {
        "width": WIDTH,
        "height": plate.height,
        "land": _land(plate),
        "lines": _lines(plate),
        "marks": _marks(groups, plate, words),
    }


def _plate(at: list[tuple[float, float]]) -> _Plate:
    """The part of the world that holds all places, with room around them, not narrower than a country and not higher than
    wide."""
    south, north = min(p[0] for p in at), max(p[0] for p in at)
    west, east = min(p[1] for p in at), max(p[1] for p in at)
    middle = (south + north) / 2
    squeeze = max(math.cos(math.radians(min(abs(middle), 65))), 0.4)
    tall = max((north - south) * 1.4, 12.0)
    wide = max((east - west) * 1.35, tall / squeeze * 1.4)
    wide = min(wide, 360.0)
    tall = min(max(tall, wide * squeeze / 2.1), 180.0, wide * squeeze)
    left = min(max((west + east) / 2 - wide / 2, -180.0), 180.0 - wide)
    top = max(min(middle + tall / 2, 90.0), -90.0 + tall)
    across = WIDTH / wide
    down = across / squeeze
    return _Plate(left, top, across, down, round(tall * down))


def _land(plate: _Plate) -> Data:
    """Where the picture of the whole world lies."""
    x, y = plate.point((90.0, -180.0))
    return {"x": x, "y": y, "width": round(360 * plate.across), "height": round(180 * plate.down)}


def _lines(plate: _Plate) -> str:
    """Meridians and parallels as a path, at even degrees."""
    span = WIDTH / plate.across
    step = next(step for step in (2, 5, 10, 15, 30) if span / step < 12 or step == 30)
    path = []
    for degree in range(-180, 181, step):
        x = plate.point((0, degree))[0]
        if 0 < x < WIDTH:
            path.append(f"M{x} 0V{plate.height}")
    for degree in range(-90, 91, step):
        y = plate.point((degree, 0))[1]
        if 0 < y < plate.height:
            path.append(f"M0 {y}H{WIDTH}")
    return "".join(path)


def _grouped(places: list[Place], plate: _Plate) -> list[list[Place]]:
    """Places that lie close together, each with the one of most documents first."""
    groups: list[list[Place]] = []
    for place in places:
        x, y = plate.point(place.at)
        for group in groups:
            to_x, to_y = plate.point(group[0].at)
            if (x - to_x) ** 2 + (y - to_y) ** 2 < _CLOSE**2:
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def _marks(groups: list[list[Place]], plate: _Plate, words: Mapping[str, str]) -> list[Data]:
    marks: list[Data] = []
    for group in groups:
        x, y = plate.point(group[0].at)
        name = group[0].name
        if len(group) > 1:
            name = filled(words["map_and_more"], place=name, n=str(len(group) - 1))
        places: list[Data] = [_told(place, words) for place in group]
        label = "; ".join(place["label"] for place in places)
        if len(group) > 1:
            label = f"{name} ({label})"
        radius = _radius(sum(place.count for place in group))
        marks.append({"x": x, "y": y, "r": radius, "name": name, "label": label, "places": places})
    sides = _sides(marks, plate, letter=11.5, high=28)
    small = _sides(marks, plate, letter=19.0, high=44)
    for mark, side, on_small in zip(marks, sides, small, strict=True):
        mark["side"] = side
        mark["small"] = bool(side) and side == on_small
    return marks


def _told(place: Place, words: Mapping[str, str]) -> Data:
    count = words["document_1"] if place.count == 1 else filled(words["documents_n"], n=str(place.count))
    label = filled(words["map_place"], place=place.name, documents=count)
    return {"name": place.name, "count": place.count, "path": place.path, "anchor": place.anchor, "label": label}


def _radius(count: int) -> int:
    return min(round(8 + 2 * math.sqrt(count)), 26)


def _sides(marks: list[Data], plate: _Plate, letter: float, high: float) -> list[str]:
    """The side of each mark on which its name has room, ``end`` or ``start``, nothing if neither has, for names whose
    letters are so wide and lines so high."""
    taken = [(m["x"] - m["r"], m["y"] - m["r"], m["x"] + m["r"], m["y"] + m["r"]) for m in marks]
    sides = []
    for own, mark in enumerate(marks):
        wide, found = letter * len(mark["name"]), ""
        for side, left in (("end", mark["x"] + mark["r"] + 5), ("start", mark["x"] - mark["r"] - 5 - wide)):
            box = (left, mark["y"] - high / 2, left + wide, mark["y"] + high / 2)
            inside = box[0] >= 0 and box[2] <= WIDTH and box[1] >= 0 and box[3] <= plate.height
            if own < _NAMED and inside and not any(_overlap(box, other) for at, other in enumerate(taken) if at != own):
                taken.append(box)
                found = side
                break
        sides.append(found)
    return sides


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
