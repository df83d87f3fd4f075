"""The languages in which words are found in all their forms: their stemmers and their very common words.

English is lunr.js's own (``stemmer``). The others are tables: what M. F. Porter's Snowball stemmers for German, Spanish and
French do, written down for words without accents, since ``fold`` takes these away before, and readers often leave them out. Where
an ending without its accent is ambiguous, the table has the likelier one; an ``i`` that is left is cut off in Spanish and French,
so that ``previo`` and ``previa``, ``négocié`` and ``négociation`` stay one. The index carries the table of its language, and
assets/search-engine.js runs the same tables by the same rules.

A program is a list of blocks. A block is three lists of steps: the first step that succeeds is followed by all of the
second list; if none does, by all of the third. A step is the region that its endings must lie in, and rules; of all endings
of its rules the longest that the word has is the one tried. A rule is a list:

0. endings, with a space between;
1. the region in which the ending must lie for the rule to succeed (``1``, ``2``, ``v``, or empty for anywhere);
2. what takes its place;
3. a regular expression for the end of what stands before it, in the region of the step, but for what it looks behind for
   (Python wants that of one length); or empty;
4. steps that follow a success;
5. what takes its place, and a region for that, if the ending does not lie in the region of the rule; or empty;
6. whether success does not count, so that the next step is tried all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from lunr.stop_word_filter import WORDS

from generator.search import stemmer

Table = dict[str, Any]
"""A stemmer: ``vowels``; ``v``, a regular expression that ends where region v begins; ``least``, where region 1 begins at
the earliest; ``marks``, pairs of a regular expression and what takes its place, done first, where a capital is a vowel that
counts as a consonant; ``blocks``."""


class Language(msgspec.Struct, frozen=True):
    """A language: its code, the very common words, which are not searched, in the form of ``fold``, and the table of its
    stemmer (empty: none, or for English lunr.js's own)."""

    code: str
    stop_words: frozenset[str] = frozenset()
    table: Table = {}

    @property
    def pipeline(self) -> tuple[str, ...]:
        """What lunr.js does to a term of a query. The stop words must not stand here: a required stop word would leave a
        clause without a term, and lunr.js 2.3.9 fails on that."""
        return ("stemmer",) if self.code == "en" else (f"stemmer-{self.code}",) if self.table else ()

    def stemmer(self) -> Callable[[str], str]:
        """Return the function that takes a word in lower case to its stem."""
        if self.code == "en":
            return stemmer.stem
        return _Stemmer(self.table).stem if self.table else str

    def in_root(self) -> dict[str, Any] | None:
        """Return what the browser needs to know; None if that is what lunr.js does by itself."""
        if self.code == "en":
            return None
        return {"code": self.code, "stopWords": " ".join(sorted(self.stop_words)), "table": self.table or None}


@cache
def language(tag: str) -> Language:
    """Return the language of a tag such as ``de-CH``; one that is not known has no stemmer and no common words."""
    code = tag.split("-")[0].lower()
    return next((known for known in LANGUAGES if known.code == code), Language("und"))


class _Stemmer:
    """Runs a table."""

    def __init__(self, table: Table) -> None:
        vowels = table["vowels"]
        self._region_1 = re.compile(f"[{vowels}][^{vowels}]")
        self._region_v = re.compile(table["v"])
        self._least = table["least"]
        self._marks = [(re.compile(pattern), to) for pattern, to in table["marks"]]
        self._blocks = [[[_Step(step) for step in steps] for steps in block] for block in table["blocks"]]

    def stem(self, word: str) -> str:
        """Return the stem of a word in lower case."""
        if len(word) < 3:
            return word
        for pattern, to in self._marks:
            word = pattern.sub(to, word)
        size = len(word)
        first = self._region_1.search(word)
        region_1 = first.end() if first else size
        second = self._region_1.search(word, region_1)
        in_v = self._region_v.match(word)
        regions = {
            "": 0,
            "1": max(region_1, self._least),
            "2": second.end() if second else size,
            "v": in_v.end() if in_v else size,
        }
        for tried, then, otherwise in self._blocks:
            for step in tried:
                word, done = step.run(word, regions)
                if done:
                    break
            else:
                then = otherwise
            for step in then:
                word, _ = step.run(word, regions)
        return word.translate(_UNMARKED)


_UNMARKED = {ord(mark): mark.lower() for mark in "IUY"}


class _Step:
    def __init__(self, step: list[Any]) -> None:
        self._limit, *rules = step
        self._rules: dict[str, _Rule] = {ending: _Rule(rule) for rule in rules for ending in rule[0].split(" ")}
        self._sizes = sorted({len(ending) for ending in self._rules}, reverse=True)

    def run(self, word: str, regions: dict[str, int]) -> tuple[str, bool]:
        """Return what becomes of the word, and whether the step succeeded."""
        for size in self._sizes:
            at = len(word) - size
            if at >= regions[self._limit] and (rule := self._rules.get(word[at:])):
                return rule.run(word[:at], word, self._limit, regions)
        return word, False


class _Rule:
    def __init__(self, rule: list[Any]) -> None:
        defaults: list[Any] = ["", "", "", [], [], False]
        self._region, self._to, before, then, self._otherwise, self._weak = [*rule[1:], *defaults[len(rule) - 1 :]]
        self._before = re.compile(f"(?:{before})$") if before else None
        self._then = [_Step(step) for step in then]

    def run(self, left: str, word: str, limit: str, regions: dict[str, int]) -> tuple[str, bool]:
        if self._before and not self._before.search(left, regions[limit]):
            return word, False
        if len(left) < regions[self._region]:
            if not self._otherwise or len(left) < regions[self._otherwise[1]]:
                return word, False
            return left + self._otherwise[0], True
        word = left + self._to
        for step in self._then:
            word, _ = step.run(word, regions)
        return word, not self._weak


_GERMAN: Table = {
    "vowels": "aeiouy",
    "v": "^",
    "least": 3,
    "marks": [
        ["(?<=[aeiouy])u(?=[aeiouy])", "U"],
        ["(?<=[aeiouy])y(?=[aeiouy])", "Y"],
        ["ae", "a"],
        ["oe", "o"],
        ["(?<!q)ue", "u"],
    ],
    "blocks": [
        [
            [
                [
                    "",
                    ["em", "1", "", "(?<!syst)"],
                    ["erinnen erin ern er", "1"],
                    ["ln lns", "1", "l"],
                    ["e en es", "1", "", "", [["", ["niss", "", "nis"]]]],
                    ["s", "1", "", "[bdfghklmnrt]"],
                ]
            ],
            [],
            [],
        ],
        [
            [
                [
                    "",
                    ["en er est", "1"],
                    ["st", "1", "", "...[bdfghklmnt]"],
                    ["et", "1", "", "[Udfgklmnrstz](?<!tick|plan)(?<!geordn|intern)(?<!tr)"],
                ]
            ],
            [],
            [],
        ],
        [
            [
                [
                    "",
                    ["end ung", "2", "", "", [["", ["ig", "2", "", "[^e]"]]]],
                    ["ig ik isch", "2", "", "[^e]"],
                    ["lich heit", "2", "", "", [["", ["er en", "1"]]]],
                    ["keit", "2", "", "", [["", ["lich ig", "2"]]]],
                ]
            ],
            [],
            [],
        ],
    ],
}

_SPANISH: Table = {
    "vowels": "aeiou",
    "v": "^(?:.[^aeiou].*?[aeiou]|[aeiou]{2}.*?[^aeiou]|[^aeiou][aeiou].)",
    "least": 0,
    "marks": [],
    "blocks": [
        [
            [["v", ["me se sela selo selas selos la le lo las les los", "", "", "ando|iendo|ar|er|ir|uyendo"]]],
            [],
            [],
        ],
        [
            [
                [
                    "",
                    [
                        "anza anzas ico ica icos icas ismo ismos able ables ible ibles ista istas oso osa osos osas"
                        " amiento amientos imiento imientos",
                        "2",
                    ],
                    [
                        "adora ador acion adoras adores aciones ante antes ancia ancias",
                        "2",
                        "",
                        "",
                        [["", ["ic", "2"]]],
                    ],
                    ["logia logias", "2", "log"],
                    ["ucion uciones", "2", "u"],
                    ["encia encias", "2", "ente"],
                    ["amente", "1", "", "", [["", ["iv", "2", "", "", [["", ["at", "2"]]]], ["os ic ad", "2"]]]],
                    ["mente", "2", "", "", [["", ["ante able ible", "2"]]]],
                    ["idad idades", "2", "", "", [["", ["abil ic iv", "2"]]]],
                    ["iva ivo ivas ivos", "2", "", "", [["", ["at", "2"]]]],
                ],
                ["", ["ya ye yan yen yeron yendo yo yas yes yais yamos", "v", "", "u"]],
                [
                    "",
                    [
                        "ia ias",
                        "v",
                        "",
                        "(?:comunit|contr|monet|neces|ordin|parlament|prim|propiet|secret|secund|solid)ar",
                    ],
                ],
                [
                    "v",
                    ["en eis emos", "", "", "", [["", ["gu", "", "g"]]]],
                    [
                        "es",
                        "",
                        "",
                        "(?<!^dan)(?<!^ingl)(?<!^franc|^inter|^japon)(?<!holand|irland)(?<!portugu|finland)",
                        [["", ["gu", "", "g"]]],
                    ],
                    [
                        "arian arias aria aran aras ariais areis ariamos aremos ara erian erias eriais eria ereis eriamos"
                        " eremos irian irias iran iras iriais iria ireis iriamos iremos ira aba"
                        " ada ida ia iera ad ed id ase iese aste iste an aban ian ieran asen iesen aron ieron ado ido ando"
                        " iendo ar er ir as abas adas idas ias ieras ases ieses is ais abais iais arais ierais aseis"
                        " ieseis asteis isteis ados idos amos abamos iamos imos aramos ieramos iesemos asemos",
                        "",
                    ],
                ],
            ],
            [],
            [],
        ],
        [[["", ["os a o", "v"], ["e", "v", "", "", [["", ["gu", "", "g"]]]]]], [], []],
        [[["", ["i", "v", "", "..[^aeiou]"]]], [], []],
    ],
}

_FRENCH: Table = {
    "vowels": "aeiouy",
    "v": "^(?:par|col|tap|ni[aeiouy]|[aeiouy]{2}.|.[^aeiouy]*[aeiouy])",
    "least": 0,
    "marks": [
        ["^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=.)", ""],
        ["(?<=[aeiouy])u(?=[aeiouy])|(?<=q)u", "U"],
        ["(?<=[aeiouy])i(?=[aeiouy])", "I"],
        ["(?<=[aeiou])y|y(?=[aeiou])", "Y"],
    ],
    "blocks": [
        [
            [
                [
                    "",
                    ["ance iqUe isme able iste eux ances iqUes ismes ables istes", "2"],
                    [
                        "atrice ateur ation atrices ateurs ations",
                        "2",
                        "",
                        "",
                        [["", ["ic", "2", "", "", [], ["iqU", ""]]]],
                    ],
                    ["logie logies", "2", "log"],
                    ["usion ution usions utions", "2", "u"],
                    ["ence ences", "2", "ent"],
                    [
                        "ement ements",
                        "v",
                        "",
                        "",
                        [
                            [
                                "",
                                ["iv", "2", "", "", [["", ["at", "2"]]]],
                                ["eus", "2", "", "", [], ["eux", "1"]],
                                ["abl iqU", "2"],
                                ["ier Ier", "v", "i"],
                            ]
                        ],
                    ],
                    [
                        "ite ites",
                        "2",
                        "",
                        "",
                        [
                            [
                                "",
                                ["abil", "2", "", "", [], ["abl", ""]],
                                ["ic", "2", "", "", [], ["iqU", ""]],
                                ["iv", "2"],
                            ]
                        ],
                    ],
                    [
                        "if ive ifs ives",
                        "2",
                        "",
                        "",
                        [["", ["at", "2", "", "", [["", ["ic", "2", "", "", [], ["iqU", ""]]]]]]],
                    ],
                    ["eaux", "", "eau"],
                    ["aux", "1", "al"],
                    ["oux", "", "ou", "[bhjlnp]"],
                    ["euse euses", "2", "", "", [], ["eux", "1"]],
                    ["issement issements", "1", "", "[^aeiouy]"],
                    ["amment", "v", "ant", "", [], [], True],
                    ["emment", "v", "ent", "", [], [], True],
                    ["ment ments", "v", "", "[aeiouy]", [], [], True],
                ],
                [
                    "v",
                    [
                        "it its i ie ies ir ira irai iraIent irais irait iras irent irez iriez irions irons iront is"
                        " issaIent issais issait issant issante issantes issants isse issent isses issez issiez issions"
                        " issons",
                        "",
                        "",
                        "[^aeiouy]",
                    ],
                ],
                [
                    "v",
                    ["ions", "2"],
                    ["ee ees er era erai eraIent erais erait eras erez eriez erions erons eront ez iez eais", ""],
                    ["erent", "", "", "(?<!coh|adh|inh)(?<!diff)"],
                    ["ais aise aises", "", "", "(?<!^.al|epl|auv)"],
                    [
                        "a ai aIent ait ant ante antes ants as asse assent asses assiez assions",
                        "",
                        "",
                        "",
                        [["v", ["e", ""]]],
                    ],
                ],
            ],
            [["", ["Y", "", "i"]]],
            [
                ["", ["s", "", "", "[^aious]|^[lr]oi|mploi"]],
                [
                    "v",
                    ["ion", "2", "", "[st]"],
                    ["ier iere Ier Iere", "", "i"],
                    ["e", "", "", "", [["", ["Y", "", "i"]]]],
                ],
            ],
        ],
        [
            [["", ["enn", "", "en"], ["onn", "", "on"], ["ett", "", "et"], ["ell", "", "el"], ["eill", "", "eil"]]],
            [],
            [],
        ],
        [[["", ["i", "v", "", "...[^aeiouy]"]]], [], []],
    ],
}

_GERMAN_STOP_WORDS = """
aber alle allem allen aller alles als also am an andere anderem anderen anderer anderes anders auch auf aus bei bin bis
bist da dadurch daher damit dann daran daraus darin daruber darueber das dass dasselbe dazu dein deine deinem deinen
deiner deines dem demselben den denen denn denselben der deren derer derselbe derselben des desselben dessen dich die
dies diese dieselbe dieselben diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einig
einige einigem einigen einiger einiges einmal er es etwas euch euer eure eurem euren eurer eures fuer fur gegen gewesen
hab habe haben hat hatte hatten hattest hattet her hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres
im in indem ins ist jede jedem jeden jeder jedes jene jenem jenen jener jenes jetzt kann kein keine keinem keinen
keiner keines koennen koennte koennten konnen konnte konnten machen man manche manchem manchen mancher manches mein
meine meinem meinen meiner meines mich mir mit muessen muss mussen musste nach nachdem nicht nichts noch nun nur ob
oder ohne sehr sein seine seinem seinen seiner seines selbst sich sie sind so solche solchem solchen solcher solches
soll sollen sollte sollten sondern sonst uber ueber um und uns unser unsere unserem unseren unserer unseres unter viel
vom von vor waehrend waere waeren wahrend war warst was weil weiter welche welchem welchen welcher welches wenn wer
werde werden wie wieder will wir wird wirst wo wollen wollte worden wuerde wuerden wurde wurden zu zum zur zwar
zwischen
"""

_SPANISH_STOP_WORDS = """
a al algo algunas algunos ante antes aquel aquella aquellas aquellos asi aun aunque cada como con contra cual cuales
cuando de del desde donde dos durante e el ella ellas ello ellos en entre era eramos eran eras eres es esa esas ese eso
esos esta estaba estaban estamos estan estar estas este esto estos estoy fue fueron fui fuimos ha haber habia habian
habido han has hasta hay haya he hemos la las le les lo los mas me mi mis mismo mucho muchos muy nada ni no nos
nosotras nosotros nuestra nuestras nuestro nuestros o os otra otras otro otros para pero poco por porque pues que quien
quienes se sea sean segun ser si sido siempre sin sino sobre sois somos son soy su sus suya suyas suyo suyos tal tales
tambien tampoco tan tanto te tendra tenemos tener tengo ti tiene tienen toda todas todavia todo todos tu tus tuya tuyas
tuyo tuyos un una unas uno unos vosotras vosotros vuestra vuestras vuestro vuestros y ya yo
"""

_FRENCH_STOP_WORDS = """
a afin ai aie aient ainsi ait alors apres as au aucun aucune aura auraient aurait auront aussi autre autres aux avaient
avais avait avant avec avez avoir avons ayant c'est car ce ceci cela celle celles celui ces cet cette ceux chaque ci
comme comment contre d'un d'une dans de depuis des donc dont du elle elles en encore entre es est et etaient etais
etait etant ete etes etions etre eu eurent eut eux fait faut fois font furent fut il ils j'ai je jusque l'on l'un l'une
la laquelle le lequel les lesquelles lesquels leur leurs lors lorsque lui ma mais me meme memes mes moi moins mon n'a
n'est ne ni nos notre nous on ont ou par parce pas peu peut plus plusieurs pour pourquoi puis qu'elle qu'elles qu'il
qu'ils qu'on qu'un qu'une quand que quel quelle quelles quels qui quoi quoique s'est s'il s'ils sa sans se sera
seraient serait seront ses si soi soient soit sommes son sont sous suis sur ta tandis te tel telle telles tels tes toi
ton tous tout toute toutes tres tu un une vers voici voila vos votre vous y
"""

LANGUAGES = (
    Language("en", frozenset(WORDS)),
    Language("de", frozenset(_GERMAN_STOP_WORDS.split()), _GERMAN),
    Language("es", frozenset(_SPANISH_STOP_WORDS.split()), _SPANISH),
    Language("fr", frozenset(_FRENCH_STOP_WORDS.split()), _FRENCH),
)
