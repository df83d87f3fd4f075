"""Links between documents, as pages show them: where a reference leads, who refers here and to which place, and what
belongs together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby

from generator import links, urls
from generator.document import Facts, Reference, Target
from generator.related import Related
from generator.views.frame import Data, Frame, document_path

Backlinks = Mapping[tuple[str, str], tuple[links.Backlink, ...]]


_NAMED_PLACES = ("note", "paragraph", "attachment")
"""What is called by its kind and number, in the language of the edition."""


class References:
    """Answers for the documents of ``frame``."""

    def __init__(self, frame: Frame, backlinks: Backlinks | None = None) -> None:
        self.frame = frame
        self._backlinks = backlinks
        self.relations = Related(frame.catalog)

    @property
    def backlinks(self) -> Backlinks:
        """Who refers to each document."""
        if self._backlinks is None:
            self._backlinks = links.backlinks(self.frame.catalog)
        return self._backlinks

    def after(self, cited: Collection[tuple[str, str]]) -> References:
        """The same for the catalog that ``frame`` has now, where only these documents may be ``cited`` otherwise."""
        kept = {target: found for target, found in self.backlinks.items() if target not in cited}
        return References(self.frame, {**kept, **links.backlinks(self.frame.catalog, cited)})

    def targets(self, facts: Facts, path: str) -> tuple[tuple[Reference, Target], ...]:
        """Where the references of a document lead, seen from the page at ``path``."""
        out: dict[Reference, Target] = {}
        for made, found in links.resolved(facts, self.frame.catalog):
            if made.reference not in out:
                out[made.reference] = self._target(made.reference, found, facts, path)
        return tuple(out.items())

    def _target(self, reference: Reference, found: links.Resolution, facts: Facts, path: str) -> Target:
        if found.status == "elsewhere":
            sure = "" if found.certainty == "certain" else found.certainty
            return Target(found.kind, found.status, found.href, found.reason, "", sure)
        if found.status != "resolved":
            if found.certainty == "suggestion" or found.kind == "file":
                return Target(found.kind, "plain")
            return Target(
                found.kind, found.status, "", self.frame.messages["unresolved_" + found.status.replace("-", "_")]
            )
        name = self._reference_name(reference, found, facts)
        sure = "" if found.certainty == "certain" else found.certainty
        target = self.frame.catalog.get(found.volume, found.document) if found.document else None
        if target is None:
            return Target("volume", found.status, urls.relative(path, urls.page(found.volume)), name, name, sure)
        title = f"{self.frame.name(target)}: {target.title}" if target.role == "document" else target.title
        if found.volume != facts.volume and found.volume in self.frame.catalog.volumes:
            title = f"{self.frame.title_of(found.volume)}, {title}"
        if sure == "suggestion":
            title = self.frame.messages["perhaps"].replace("{title}", title)
        href = urls.relative(path, document_path(target), found.anchor)
        if (target.volume, target.id) == (facts.volume, facts.id):
            href, title = "#" + (found.anchor or facts.id), ""
        return Target(found.kind, found.status, href, title, name, sure)

    def _reference_name(self, reference: Reference, found: links.Resolution, facts: Facts) -> str:
        """What to call a reference's target where the editor gave no words: empty where the reference says it, with
        ``{words}`` where what it says is part of the name."""
        target = self.frame.catalog.get(found.volume, found.document)
        words = self.frame.name(target) if target else ""
        if reference.part == "page":
            words = "{words}"
        elif reference.part in _NAMED_PLACES and (reference.part != "paragraph" or reference.value.isdecimal()):
            place = self.frame.messages[f"cited_in_{reference.part}"].replace("{label}", reference.value)
            words = ", ".join(filter(None, (place, words if reference.document else "")))
        elif reference.part:
            words = ""
        elsewhere = found.volume != facts.volume or not found.document
        volume = self.frame.title_of(found.volume) if elsewhere and found.volume in self.frame.catalog.volumes else ""
        return ", ".join(filter(None, (words, volume)))

    def cited_by(self, facts: Facts) -> list[Data]:
        """Who refers to this document: one entry a citing document, with each place it does so from."""
        return self._citing(self.backlinks.get((facts.volume, facts.id), ()), facts)

    def cited_at(self, facts: Facts) -> list[Data]:
        """Who refers to a note, paragraph, page or attachment of this document, by the place referred to."""
        found: dict[str, list[links.Backlink]] = {}
        for link in self.backlinks.get((facts.volume, facts.id), ()):
            if link.anchor:
                found.setdefault(link.anchor, []).append(link)
        if not found:
            return []
        names = self._places_of(facts)
        order = {anchor: at for at, anchor in enumerate(names)}
        out: list[Data] = []
        for anchor in sorted(found, key=lambda a: (order.get(a, len(order)), a)):
            citing = self._citing(found[anchor], facts)
            out.append({"anchor": anchor, "words": names.get(anchor, ""), "count": len(citing), "places": citing})
        return out

    def related(self, facts: Facts) -> list[Data]:
        """The documents that belong to this one, each with the reason in words."""
        out: list[Data] = []
        for relation in self.relations.to(facts):
            other = relation.facts
            row = self.frame.row(other)
            out.append({
                "path": row["path"],
                "name": self.frame.name(other),
                "title": other.title,
                "date": row["date"],
                "date_iso": row["date_iso"],
                "volume": self.frame.title_of(other.volume) if other.volume != facts.volume else "",
                "reason": self.frame.messages[f"related_{relation.reason}"].replace("{label}", relation.value),
            })  # fmt: skip
        return out

    def _places_of(self, facts: Facts) -> Mapping[str, str]:
        """The places of a document that can be cited, with their names: pages, paragraphs, attachments, notes."""
        say = self.frame.messages
        names = {p.anchor: say["page"].replace("{label}", p.label) for p in facts.pages}
        printed = {p.anchor: p.number for p in facts.paragraphs}
        for n in range(1, facts.paragraph_count + 1):
            names[f"p{n}"] = say["cited_in_paragraph"].replace("{label}", printed.get(f"p{n}", str(n)))
        names |= {a.anchor: say["cited_in_attachment"].replace("{label}", a.number) for a in facts.attachments}
        names |= {n.anchor: say["cited_in_note"].replace("{label}", n.label) for n in facts.notes}
        return names

    def _citing(self, found: Iterable[links.Backlink], facts: Facts) -> list[Data]:
        out: list[Data] = []
        for _, group in groupby(found, key=lambda b: (b.facts.volume, b.facts.id)):
            made = list(group)
            citing = made[0].facts
            places: dict[str, Data] = {}
            for link in made:
                kind, label = link.made.place
                words = self.frame.messages[f"cited_in_{kind}"].replace("{label}", label) if kind else ""
                places.setdefault(link.made.anchor, {"anchor": link.made.anchor or citing.id, "words": words})
            out.append({
                "path": document_path(citing),
                "name": self.frame.name(citing),
                "title": citing.title if citing.role == "document" else "",
                "volume": self.frame.title_of(citing.volume) if citing.volume != facts.volume else "",
                "places": list(places.values()),
            })  # fmt: skip
        return out
