"""What an exporter is told of a document besides its text."""

from __future__ import annotations

import msgspec

from generator.document import Reference, Target, Volume


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a document besides its text: the title, publisher, licence and language of the edition it
    belongs to; the ``volume`` (without its contents and lists); the ``path`` of its page in the site, and the public
    address of the site, if it has one; its printed pages, of which the first may be inferred; what it is called in a
    list (``Document 387``); where its references lead, seen from its page; who sent and got it, as the list of persons calls
    them, by id."""

    edition: str
    volume: Volume
    path: str
    name: str = ""
    publisher: str = ""
    licence: str = ""
    language: str = "en"
    base_url: str = ""
    first_page: str = ""
    last_page: str = ""
    first_page_inferred: bool = False
    targets: tuple[tuple[Reference, Target], ...] = ()
    persons: tuple[tuple[str, str], ...] = ()
