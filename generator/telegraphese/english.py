"""The short forms of cable writers in English, with what they stand for: a list to be read and added to.

A key in small letters stands for itself in any capitals (``Govt``, ``GOVT``); one with capitals is meant as it is
written. Where a form can stand for several words, all are given.
"""

from __future__ import annotations

from typing import Final, NamedTuple

FORMS: Final[dict[str, str]] = {
    # verbs and the small words
    "wld": "would", "shld": "should", "cld": "could", "shd": "should",
    "abt": "about", "accdg": "according", "acdg": "according", "altho": "although",
    "betw": "between", "btwn": "between", "frm": "from", "inclg": "including", "pls": "please", "plz": "please",
    "rgdg": "regarding", "regdg": "regarding", "subseq": "subsequently", "thru": "through", "thruout": "throughout",
    "w/o": "without", "wch": "which", "whch": "which", "yest": "yesterday",
    # what a cable says of itself and of others
    "fol": "following or follow", "fols": "follows", "folg": "following", "folld": "followed",
    "reftel": "reference telegram, the telegram referred to",
    "reftels": "reference telegrams, the telegrams referred to",
    "refair": "reference airgram, the airgram referred to", "refmsg": "reference message, the message referred to",
    "septel": "separate telegram", "septels": "separate telegrams", "sepmsg": "separate message",
    "urtel": "your telegram", "urtels": "your telegrams", "mytel": "my telegram", "mytels": "my telegrams",
    "ourtel": "our telegram", "ourtels": "our telegrams", "urmsg": "your message", "mymsg": "my message",
    "ourmsg": "our message", "urlet": "your letter", "mylet": "my letter", "urdes": "your despatch",
    "urinfo": "for your information", "urad": "your address", "reurtel": "regarding your telegram",
    "reurtels": "regarding your telegrams", "reurlet": "regarding your letter", "reur": "regarding your",
    "remytel": "regarding my telegram", "remytels": "regarding my telegrams", "retel": "regarding telegram",
    "redeptel": "regarding the Department’s telegram", "reembtel": "regarding the Embassy’s telegram",
    "reourtel": "regarding our telegram", "reurmsg": "regarding your message", "deptel": "Department’s telegram",
    "deptels": "Department’s telegrams", "depcirtel": "Department’s circular telegram",
    "depcirtels": "Department’s circular telegrams", "depcirgram": "Department’s circular airgram",
    "deptcirtel": "Department’s circular telegram", "circtel": "circular telegram", "cirtel": "circular telegram",
    "embtel": "Embassy’s telegram", "embtels": "Embassy’s telegrams", "embdes": "Embassy’s despatch",
    "embdesp": "Embassy’s despatch", "embairgram": "Embassy’s airgram", "contel": "Consulate’s telegram",
    "contels": "Consulate’s telegrams", "congentel": "Consulate General’s telegram",
    "congentels": "Consulate General’s telegrams", "legtel": "Legation’s telegram", "legtels": "Legation’s telegrams",
    "deldeptel": "telegram from the delegation to the Department", "intel": "intelligence", "rptd": "repeated",
    "rptg": "repeating", "rpt": "repeat or repeated", "qte": "quote", "unqte": "unquote", "subjs": "subjects",
    "msg": "message", "msgs": "messages", "tels": "telegrams", "desp": "despatch", "desps": "despatches",
    "addees": "addressees", "addee": "addressee", "recd": "received", "recvd": "received", "rcvd": "received",
    "fwd": "forward", "fwdd": "forwarded", "fwdg": "forwarding", "rqst": "request", "rqsts": "requests",
    "rqstd": "requested", "instrs": "instructions", "tfc": "traffic", "nr": "number", "nrs": "numbers",
    # offices and people
    "govtal": "governmental", "govtl": "governmental", "deptl": "departmental", "emb": "embassy", "embs": "embassies",
    "amb": "ambassador", "ambs": "ambassadors", "amemb": "American embassy", "amembs": "American embassies",
    "amcongen": "American consul general or consulate general", "amconsul": "American consul or consulate",
    "amleg": "American legation", "congen": "consul general or consulate general",
    "congens": "consuls general or consulates general", "fonmin": "foreign minister or ministry",
    "fonmins": "foreign ministers or ministries", "fonoff": "foreign office", "fonsec": "foreign secretary",
    "fonaff": "foreign affairs", "minfon": "minister or ministry of foreign affairs", "primin": "prime minister",
    "primins": "prime ministers", "depprimin": "deputy prime minister", "finmin": "finance minister or ministry",
    "finmins": "finance ministers or ministries", "defmin": "defense minister or ministry",
    "defmins": "defense ministers or ministries", "mindef": "minister or ministry of defense",
    "minfin": "minister or ministry of finance", "intmin": "interior minister or ministry",
    "depfonmin": "deputy foreign minister", "depsec": "deputy secretary", "undersec": "under secretary",
    "asstsec": "assistant secretary", "secstate": "Secretary of State", "secdef": "Secretary of Defense",
    "secgen": "secretary general", "secretarygen": "secretary general", "secy": "secretary",
    "vicechmn": "vice chairman", "comr": "commissioner", "hicom": "high commissioner or high commission",
    "hicomer": "high commissioner", "permrep": "permanent representative", "permreps": "permanent representatives",
    "permdel": "permanent delegation", "usdel": "United States delegation", "ukdel": "United Kingdom delegation",
    "sovdel": "Soviet delegation", "usrep": "United States representative", "usreps": "United States representatives",
    "ukrep": "United Kingdom representative", "ukreps": "United Kingdom representatives",
    "usdels": "United States delegations", "sovamb": "Soviet ambassador", "sovemb": "Soviet embassy",
    "reps": "representatives", "dels": "delegates or delegations", "deleg": "delegate or delegation",
    "delegs": "delegates or delegations", "cmte": "committee", "cmtes": "committees", "subcmte": "subcommittee",
    "milatt": "military attaché", "milatts": "military attachés", "navatt": "naval attaché", "airatt": "air attaché",
    "usarma": "United States Army attaché", "alusna": "United States naval attaché",
    "usaira": "United States Air Force attaché", "polad": "political adviser", "cmdg": "commanding",
    "comdg": "commanding", "offls": "officials", "offl": "official", "offrs": "officers", "offr": "officer",
    "mbrs": "members", "mbr": "member", "parlt": "parliament", "natls": "nationals", "natlist": "nationalist",
    "natlists": "nationalists", "natlism": "nationalism", "chicom": "Chinese Communist",
    "chicoms": "Chinese Communists", "chinat": "Chinese Nationalist", "chinats": "Chinese Nationalists",
    "Sov": "Soviet", "Sovs": "Soviets", "Yugo": "Yugoslav", "Yugos": "Yugoslavs",
    # matters
    "mtg": "meeting", "mtgs": "meetings", "agmt": "agreement", "agmts": "agreements", "agrmt": "agreement",
    "agrmts": "agreements", "agreemt": "agreement", "negots": "negotiations", "negot": "negotiation or negotiate",
    "negotn": "negotiation", "negotns": "negotiations", "negotiatns": "negotiations", "sitn": "situation",
    "sitns": "situations", "posn": "position", "posns": "positions", "pts": "points", "viewpt": "viewpoint",
    "viewpnt": "viewpoint", "stmt": "statement", "stmts": "statements", "resol": "resolution",
    "resols": "resolutions", "recommn": "recommendation", "recommns": "recommendations", "recomd": "recommend",
    "decn": "decision", "decns": "decisions", "discn": "discussion", "discns": "discussions", "reqmt": "requirement",
    "reqmts": "requirements", "rqmt": "requirement", "rqmts": "requirements", "relatns": "relations",
    "orgn": "organization", "opns": "operations", "opn": "operation or opinion", "coopn": "cooperation",
    "resp": "responsible, responsibility or respective", "auths": "authorities", "authd": "authorized",
    "authzd": "authorized", "authy": "authority", "qtys": "quantities", "dols": "dollars", "shpmt": "shipment",
    "shpmts": "shipments", "shipt": "shipment", "shpg": "shipping", "eqpt": "equipment", "mfrs": "manufacturers",
    "trng": "training", "tng": "training", "treatmt": "treatment", "terr": "territory or territorial",
    "terrs": "territories", "svc": "service", "svcs": "services", "wpn": "weapon", "wpns": "weapons",
    "trps": "troops", "bns": "battalions", "regt": "regiment", "regts": "regiments", "divs": "divisions",
    "arty": "artillery", "acft": "aircraft", "mvmt": "movement", "mvmts": "movements", "wkg": "working",
    "isls": "islands", "flds": "fields",
    # qualities
    "addnl": "additional", "polit": "political", "milit": "military", "finan": "financial", "finl": "financial",
    "comml": "commercial", "intnl": "international", "internatl": "international", "internat": "international",
    "internl": "international", "natlized": "nationalized", "immed": "immediate or immediately",
    "immedly": "immediately", "urgt": "urgent", "urgtly": "urgently", "prelim": "preliminary", "impt": "important",
    "imposs": "impossible", "suff": "sufficient", "insuff": "insufficient", "confdl": "confidential",
    "dipl": "diplomatic", "diplo": "diplomatic", "democ": "democratic", "indep": "independent or independence",
    "fgn": "foreign", "forn": "foreign", "unoff": "unofficial", "actg": "acting", "sched": "schedule or scheduled",
    "tripart": "tripartite", "quadripart": "quadripartite", "estab": "establish, established or establishment",
    "estabs": "establishments", "estabd": "established",
}  # fmt: skip
"""Forms that are no words and no names and that only cables have: explained wherever a cable has them. Several of
them make a text a cable."""

SIGNS: Final = ("wld", "shld", "cld", "rptd", "tel ", " fol ", "FonMin")
"""Letters of which any text with several of these forms has some: a text without them need not be looked through."""

COMMON: Final[dict[str, str]] = {
    "acct": "account", "accts": "accounts", "addl": "additional", "agric": "agriculture or agricultural",
    "amembassy": "American embassy", "amt": "amount", "amts": "amounts", "approx": "approximately",
    "asap": "as soon as possible", "assn": "association", "assoc": "association or associated", "asst": "assistant",
    "assts": "assistants", "attn": "attention", "bldg": "building", "bldgs": "buildings", "Brit": "British",
    "chmn": "chairman", "cmdr": "commander", "comdr": "commander", "constr": "construction",
    "DCM": "deputy chief of mission", "dept": "department", "depts": "departments", "dtd": "dated",
    "econ": "economic", "educ": "education or educational", "encl": "enclosure or enclosed", "encls": "enclosures",
    "exdis": "exclusive distribution", "FY": "fiscal year", "fyi": "for your information", "govt": "government",
    "govts": "governments", "hdqrs": "headquarters", "hdqtrs": "headquarters",
    "HMG": "His or Her Majesty’s Government", "hqs": "headquarters", "intl": "international",
    "limdis": "limited distribution", "ltr": "letter", "ltrs": "letters", "memcon": "memorandum of conversation",
    "memcons": "memoranda of conversation", "mfg": "manufacturing", "mgmt": "management", "mkt": "market",
    "mkts": "markets", "natl": "national", "niact": "night action: to be acted on at any hour",
    "nodis": "no distribution beyond the addressee", "noforn": "not to be shown to foreign nationals",
    "notal": "not sent to all addressees", "qty": "quantity", "sgd": "signed", "soonest": "as soon as possible",
    "subj": "subject", "subpara": "subparagraph", "subparas": "subparagraphs", "syg": "Secretary General",
    "transp": "transport or transportation", "unclas": "unclassified",
    "unsyg": "Secretary General of the United Nations", "USG": "United States Government",
}  # fmt: skip
"""Forms that other writers use as well: explained in cables, but no sign of one."""


class Word(NamedTuple):
    """A form that needs its context. ``after``: words, in small letters, of which one must stand before it (``#``: a
    number), or one of ``before`` behind it; ``never``: words that must not stand before it; ``anywhere``: a text
    need not be thick with forms."""

    expansion: str
    after: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    anywhere: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DELEGATION = _words(
    "us uk un jap chi sov soviet brit fr ital ger pak indian gree turk israeli israel egyptian arab our their his the"
)
_SITUATION = _words("present current polit econ mil milit pol security this whole overall local world food")
_PERIOD = _words("# fiscal calendar this last next per a one present current each first second")
_ORDER = _words("a this that fol following last first second third next preceding final new same each ref reftel urtel")

WORDS: Final[dict[str, Word]] = {
    # A word broken in two ("the re grouping") must not be taken for it.
    "re": Word("regarding", never=_words("the a an of"), anywhere=True),
    "Re": Word("regarding"),
    "ur": Word("your"),
    "urs": Word("yours"),
    "wd": Word("would"),
    "ref": Word("reference", anywhere=True),
    "Ref": Word("reference", anywhere=True),
    "refs": Word("references", anywhere=True),
    "info": Word("information", anywhere=True),
    "memo": Word("memorandum", anywhere=True),
    "memos": Word("memoranda", anywhere=True),
    "tel": Word("telegram"),
    "tho": Word("though"),
    "para": Word("paragraph", _ORDER, _words("#"), anywhere=True),
    "paras": Word("paragraphs", anywhere=True),
    "nec": Word("necessary"),
    "satis": Word("satisfactory"),
    "unsatis": Word("unsatisfactory"),
    "pwr": Word("power"),
    "conv": Word("conversation or convention"),
    "convs": Word("conversations"),
    "conf": Word("conference"),
    "confs": Word("conferences"),
    "comm": Word("communication, commission or committee"),
    "comite": Word("committee"),
    "del": Word("delegate or delegation", _DELEGATION),
    "rep": Word("representative"),
    "sit": Word("situation", _SITUATION),
    "mil": Word("military"),
    "pol": Word("political or policy"),
    "civ": Word("civil or civilian"),
    "nat": Word("national"),
    "gen": Word("general"),
    "Gen": Word("General"),
    "Pres": Word("President"),
    "Def": Word("Defense"),
    "Dir": Word("Director"),
    "Wash": Word("Washington"),
    "fon": Word("foreign"),
    "Fon": Word("Foreign"),
    "admin": Word("administrative or administration"),
    "auth": Word("authority, authorities or authorized"),
    "coop": Word("cooperation or cooperate"),
    "org": Word("organization"),
    "orgs": Word("organizations"),
    "orig": Word("original"),
    "pt": Word("point"),
    "prob": Word("problem or probable"),
    "probs": Word("problems"),
    "poss": Word("possible or possibly"),
    "req": Word("request or require"),
    "reqs": Word("requests or requirements"),
    "art": Word("article", before=_words("#")),
    "Art": Word("article", before=_words("#")),
    "arts": Word("articles", before=_words("#")),
    "yr": Word("year", _PERIOD),
    "yrs": Word("years", _PERIOD | _words("several many few recent five ten two three")),
    "mos": Word("months", _PERIOD | _words("several few recent two three six")),
    "wk": Word("week", _PERIOD),
    "wks": Word("weeks", _PERIOD | _words("several few two three")),
    "hrs": Word("hours", _PERIOD | _words("several few two three")),
    "dol": Word("dollar"),
    "ans": Word("answer"),
    "tech": Word("technical"),
    "exec": Word("executive"),
    "indiv": Word("individual"),
    "instr": Word("instruction or instruct"),
    "div": Word("division"),
    "viz": Word("namely"),
}  # fmt: skip
"""Forms that are words, names or something else too: explained in a text thick with others, as they are written here,
and not before a full stop."""
