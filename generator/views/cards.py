"""The pictures that other sites show beside a link to this one: one for each volume, one for the site."""

from __future__ import annotations

from generator.exporters.card import HEIGHT, WIDTH, Card
from generator.views.frame import Frame

CARD_WIDTH, CARD_HEIGHT = WIDTH, HEIGHT


def card_path(volume: str) -> str:
    """The path of the picture of a volume; of the site, if none is named."""
    return f"assets/cards/{volume}.png" if volume else "assets/card.png"


def cards(frame: Frame) -> dict[str, Card]:
    """What is drawn, by path; nothing without a public address, since no page could name it."""
    edition = frame.edition
    if not edition.base_url:
        return {}
    found = {card_path(""): Card(edition.title, edition.subtitle, "", edition.publisher)}
    for id, volume in frame.catalog.volumes.items():
        about = volume.volume
        number = ", ".join(filter(None, (about.subseries, about.number)))
        found[card_path(id)] = Card(about.title, about.subtitle, number, edition.title)
    return found
