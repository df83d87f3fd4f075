"""The English language pack: the words and phrases of documentary editions in English."""

from __future__ import annotations

from typing import Final

from generator.phrases.language import Language, Phrase

WORDS: Final = {
    "document": ("Document", "Documents", "Doc", "Docs"),
    "footnote": ("footnote", "footnotes", "fn", "fns", "ftn", "note", "notes", "n", "nn"),
    "page": ("page", "pages", "p", "pp"),
    "paragraph": ("paragraph", "paragraphs", "para", "paras"),
    "volume": ("volume", "volumes", "vol", "vols"),
    "part": ("part", "parts", "pt", "pts"),
    "supplement": ("supplement", "supp", "suppl"),
    "attachment": ("attachment", "attachments", "tab", "tabs", "enclosure", "enclosures", "annex", "appendix"),
    "chapter": ("chapter", "chapters", "appendix"),
    "previous": ("supra",),
    "next": ("infra",),
    "here": ("above", "below"),
    "ibid": ("ibid", "ibidem"),
    "and": ("and", "or", "&"),
    "through": ("to", "through"),
    "following": ("ff", "f", "passim", "et"),
    "number": ("no", "nos", "number", "numbers"),
    "conference": ("The Conference", "The Conferences", "Conference", "Conferences"),
    "forthcoming": (
        "scheduled for publication in",
        "scheduled to be published in",
        "scheduled to be printed in",
        "scheduled for inclusion in",
        "planned for publication in",
        "to be published in",
        "to be printed in",
        "to be included in",
        "forthcoming in",
        "is forthcoming in",
    ),
    "item": (
        "telegram", "telegrams", "despatch", "despatches", "dispatch", "airgram", "cable", "cablegram", "circular telegram",
        "circular airgram", "instruction", "message", "backchannel message", "Embtel", "Deptel", "Contel", "Legtel",
        "Polto", "Topol", "Secto", "Tosec", "Tedul", "Dulte", "Depto", "Todep", "Excon", "Usun", "Gadel", "Delga",
        "Cahto", "Tocah", "Supto", "Tosup", "Sito", "Tosit", "Weto", "Todel", "Ecto", "Toeco", "Busec", "Hakto",
        "Tohak", "Toica", "Icato", "Usfoto", "Tousfo", "CA", "CG", "NIACT", "WH", "DEF", "JCS", "CINCPAC",
    ),
    "no_item": ("telephone",),
    "from": ("from", "to"),
    "dated": ("dated", "of"),
    "time": ("a.m", "p.m", "noon", "midnight"),
    "station": (
        "the", "Embassy", "Mission", "Legation", "Consulate", "Delegation", "General", "US", "USUN", "in", "at",
        "Ambassador", "Minister", "Chargé", "Consul", "Representative",
    ),
}  # fmt: skip

PLURAL: Final = frozenset((
    "documents", "docs", "footnotes", "fns", "notes", "nn", "pages", "pp", "paragraphs", "paras", "volumes", "vols",
    "parts", "chapters", "attachments", "tabs", "enclosures", "nos", "numbers",
))  # fmt: skip

PHRASES: Final = (
    Phrase("footnote-document", "{footnote} [,] [to|in|of|under] {document}"),
    Phrase("document-footnote", "{document} [,] [and] [in] {footnote} [thereto]"),
    Phrase("footnote-thereto", "{footnote} thereto", "likely"),
    Phrase("footnote-neighbour", "{footnote} [,] {neighbour}", "likely"),
    Phrase("footnote-neighbour", "{footnote} to {title} [,] {neighbour}"),
    Phrase("footnote-page", "{footnote} to {title} [,] {page}"),
    Phrase("footnote-page", "{footnote} [,] [on] {page}"),
    Phrase("page-footnote", "{page} [,] {footnote}"),
    Phrase("ibid-page", "{footnote} [,] {ibid} [,] {page}"),
    Phrase("series-page", "{footnote} [,] [in|to] {series} [,] {page}"),
    Phrase("footnote-ibid", "{footnote} [,] {ibid}", "likely"),
    Phrase("footnote-here", "{footnote} [,] {here}"),
    Phrase("footnote", "{footnote}", "likely"),
    Phrase("attachment", "{attachment} [,] [to|of|in] {document}"),
    Phrase("attachment", "{document} [,] {attachment}"),
    Phrase("document", "{document}"),
    Phrase("neighbour", "{neighbour}"),
    Phrase("item-page", "{item} [,] {page}"),
    Phrase("page", "{page}"),
    Phrase("cable", "{item}"),
    Phrase("cable", "{post}", "likely"),
    Phrase("paragraph-here", "{paragraph} [,] {here}"),
    Phrase("paragraph-here", "{here} [,] [in] {paragraph}"),
    Phrase("paragraph", "{paragraph}", "suggestion"),
    Phrase("volume", "{volume}", "likely"),
    Phrase("volume-page", "{volume} [,] {page}"),
    Phrase("volume-page", "{page} [,] (of|in) {volume}", "likely"),
    Phrase("volume-page", "{volume} [,] {page} [,] {footnote}"),
    Phrase("volume-page", "{volume} [,] {footnote} [,] [on] {page}"),
    Phrase("volume-document", "{volume} [,] {document}"),
    Phrase("volume-document", "{document} [,] [of|in] {volume}"),
    Phrase("volume-document", "{volume} [,] {document} [,] [and] {footnote} [thereto]"),
    Phrase("volume-document", "{volume} [,] {footnote} [,] [to|in|of] {document}"),
    Phrase("series", "{series}"),
    Phrase("series-page", "{series} [,] {page}"),
    Phrase("series-page", "{page} [,] (of|in) {series}"),
    Phrase("series-page", "{series} [,] {page} [,] {footnote}"),
    Phrase("series-page", "{series} [,] {footnote} [,] [on] {page}"),
    Phrase("series-document", "{series} [,] {document}"),
    Phrase("series-document", "{document} [,] [of|in] {series}"),
    Phrase("series-document", "{series} [,] {document} [,] [and] {footnote} [thereto]"),
    Phrase("series-document", "{series} [,] {footnote} [,] [to|in|of] {document}"),
    Phrase("series-document", "{footnote} [,] [to|in|of] {document} [,] [in] {series}"),
    Phrase("ibid", "{ibid}", "likely"),
    Phrase("ibid-page", "{ibid} [,] {page}"),
    Phrase("ibid-page", "{ibid} [,] {page} [,] {footnote}"),
    Phrase("ibid-document", "{ibid} [,] {document}"),
    Phrase("ibid-document", "{ibid} [,] {document} [,] [and] {footnote} [thereto]"),
    Phrase("forthcoming", "{forthcoming} {series}"),
    Phrase("forthcoming", "{forthcoming} {volume}"),
    Phrase("chapter", "{chapter}", "likely"),
    Phrase("file", "{file}"),
)

OUTSIDE: Final = (
    "Bulletin", "Stat.", "TIAS", "T.I.A.S.", "UST", "U.S.T.", "UNTS", "LNTS", "TS No.", "Treaty Series",
    "Executive Agreement Series", "EAS", "Public Papers", "Congressional Record", "Cong. Rec.", "Hansard", "Debates",
    "H.C. Debs", "Cmd.", "Cmnd.", "Cmd. Paper", "American Foreign Policy", "Yearbook", "Year Book", "Official Records",
    "GAOR", "SCOR", "A/PV", "S/PV", "U.N. doc", "UN doc", "Hearings", "New York Times", "Washington Post", "The Times", "Memoirs", "Diary", "Diaries",
    "Documents on", "Statutes at Large", "Federal Register", "Fed. Reg.", "U.S. Code", "F.R.", "Keesing", "Malloy",
    "Moore", "Hackworth", "Senate Document", "House Document", "S. Doc.", "H. Doc.", "S. Rept.", "H. Rept.",
    "Weekly Compilation", "Historical Statistics", "Survey of", "Press Release", "Radio Bulletin",
    "Treaties and Other International Agreements", "Treaties, Conventions", "Reports of", "Report of", "The War With",
    "Papers of", "Official File", "Book", "Volume of", "Pamphlet", "Magazine", "Quarterly", "Journal", "Review", "Gazette",
)  # fmt: skip

ARCHIVES: Final = (
    "National Archives", "Central Files", "Central File", "Department of State, ", "Library", "Records", "RG ", "Lot ",
    "lot ", "Files", "Whitman File", "Papers", "Manuscript Division", "file ", "Washington National Records Center", "Box ",
)  # fmt: skip

ITEMS: Final = frozenset(
    "letter telegram telegrams despatch dispatch memorandum memoranda memo note notes message paper papers minutes "
    "report statement enclosure enclosures annex annexes appendix summary text record records draft editorial "
    "document documents communiqué agreement reply instruction instructions extract extracts account aide-mémoire "
    "airgram circular resolution speech address conversation discussion documentation correspondence information "
    "telegrams letters reports study directive footnote bracketed discussions meeting protocol declaration list "
    "proposal exchange section paragraph table dated no nos".split()
)

LEADS: Final = frozenset(
    "see cf also ante post printed above below in supra infra and on at to is facing compare respectively".split()
)

OF: Final = frozenset("of from in reftel urtel embtel deptel".split())

OWNERS: Final = frozenset(
    "your his its their our my reftel urtel embtel deptel contel legtel ourtel mytel re of".split()
)

CITED: Final = frozenset(
    "included printed found reprinted published quoted cited described mentioned discussed reproduced contained "
    "related given recorded recounted".split()
)

BODIES: Final = frozenset("on senate house council committee".split())

FILES: Final = (
    r"\d{3}[A-Z]?\.\d{0,5}[A-Z]?(?:[ –-][A-Z]{1,3}|[A-Z–-]{1,4}\d{0,2})?/\d{1,2}[–-]\d{3,4}",
    r"[DNP]\d{6}[–-]\d{4}",
)

ORIGINAL: Final = ("[Footnote in ",)

SMALL: Final = frozenset("and of the in at for on to with by de la von as from".split())

POSTS: Final = tuple(
    "Accra Algiers Amman Ankara Athens Baghdad Bangkok Beijing Beirut Belgrade Bern Berlin Bogota Bogotá Bonn "
    "Brasilia Brussels Bucharest Budapest Cairo Calcutta Canberra Caracas Colombo Conakry Copenhagen Damascus Dakar "
    "Dhahran Djakarta Dublin Frankfurt Geneva Havana Helsinki Islamabad Istanbul Jakarta Jerusalem Jidda Johannesburg "
    "Kabul Karachi Kathmandu Khartoum Kinshasa Kuwait Lagos Leopoldville Lima Lisbon London Luanda Lusaka Madrid Managua "
    "Manila Maputo Montevideo Moscow Nairobi Nicosia Oslo Ottawa Panama Paris Peking Prague Pretoria Quito Rabat Rangoon "
    "Rome Saigon Salisbury Santiago Seoul Singapore Sofia Stockholm Taipei Tegucigalpa Tehran Tokyo Tripoli Tunis "
    "Usun Vienna Vientiane Warsaw Washington Zagreb".split()
) + ("Addis Ababa", "Hong Kong", "New Delhi", "Tel Aviv", "Buenos Aires", "Mexico City", "San José", "The Hague")

ENGLISH: Final = Language(
    tag="en",
    words=WORDS,
    plural=PLURAL,
    months=(
        ("January", "Jan"), ("February", "Feb"), ("March", "Mar"), ("April", "Apr"), ("May",), ("June", "Jun"),
        ("July", "Jul"), ("August", "Aug"), ("September", "Sept", "Sep"), ("October", "Oct"), ("November", "Nov"),
        ("December", "Dec"),
    ),
    phrases=PHRASES,
    outside=OUTSIDE,
    archives=ARCHIVES,
    items=ITEMS,
    leads=LEADS,
    own=("ante", "post"),
    clauses=("see", "cf."),
    of=OF,
    owners=OWNERS,
    cited=CITED,
    units=frozenset("percent million thousand days years p a other others".split()),
    led=frozenset("see also and printed".split()),
    own_notes=frozenset(("footnote", "footnotes", "fn", "fns", "ftn")),
    not_notes=frozenset("to on dated no page p".split()),
    article="the",
    editorial="editorial note",
    original=ORIGINAL,
    bodies=BODIES,
    files=FILES,
    small=SMALL,
    posts=POSTS,
)  # fmt: skip
