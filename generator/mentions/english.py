"""The English language pack of names."""

from __future__ import annotations

from typing import Final

from generator.mentions.language import Language

TITLES: Final = """
mr mrs ms miss das depsec dirgen fonsec permrep messrs mister dr drs prof professor sir lord lady dame baron baroness
count countess viscount earl duke prince princess king queen emperor empress shah sheikh sheik shaikh sultan amir emir
pope cardinal archbishop bishop rabbi father reverend rev monsignor ayatollah imam judge justice senator senators sen
sens representative representatives rep reps congressman congresswoman congressmen speaker governor gov governors
mayor president presidents pres president-elect vice-president ex-president premier premiers primin pm chancellor
minister ministers fonmin defmin secretary secretaries secy sec secdef secstate secretary-designate secretary-general
secgen sygen syg undersecretary ambassador ambassadors amb ambs charge counselor counsellor consul attache
commissioner hicom director administrator chairman chairwoman chair chief adviser advisor assistant deputy delegate
officer general generals gen gens lieutenant lt major maj colonel colonels col cols captain capt commander cmdr cdr
admiral admirals adm adms vadm marshal generalissimo brigadier brig sergeant sgt comrade herr senor signor monsieur
mme madame mlle don dona pandit maulana leader whip excellency envoy emissary spokesman lawyer attorney
""".split()

RANKS: Final = "rt hon vice air field rear ad interim acting first second third 1st 2nd".split()

OF_WOMEN: Final = """
mrs ms miss lady dame baroness countess princess queen empress congresswoman chairwoman mme madame mlle dona
""".split()

OF_HER: Final = "she her wife daughter".split()

ENDS: Final = """
state defense defence treasury commerce agriculture interior labor labour war navy army force affairs staff
intelligence operations mobilization security nations general budget justice elect designate designee exchequer
council finance aid trade planning
""".split()

WOMEN: Final = """
alice ann anna anne barbara betty carol caroline catherine cheryl christine claire clare dorothy eleanor elizabeth
ellen emma esther eugenie eva evelyn fatima florence frances gertrude golda grace helen helene indira irene jacqueline
jane janet jean jeane jeanne jennifer jessica joan josephine juanita judith julia julie karen katherine kathleen
kathryn kay laura lilian lillian linda louise lucy madeleine margaret maria marian marie marina marion marjorie martha
mary mildred miriam nancy nina oveta pamela patricia phyllis rebecca rita rosalynn rose roxanne ruth sandra sarah
selma sheila shirley sirimavo stella susan svetlana sylvia thelma vera vijaya vira virginia vivian
""".split()

SHORT_FORMS: Final = {
    "amb": "ambassador", "ambs": "ambassador", "ambassadors": "ambassador", "sen": "senator", "sens": "senator",
    "senators": "senator", "rep": "representative", "reps": "representative", "representatives": "representative",
    "congressman": "representative", "congressmen": "representative", "congresswoman": "representative",
    "gov": "governor", "governors": "governor", "pres": "president", "presidents": "president",
    "president-elect": "president", "secretary-designate": "secretary", "secretaries": "secretary", "secy": "secretary",
    "sec": "secretary", "secdef": "secretary", "secstate": "secretary", "gen": "general", "gens": "general",
    "generals": "general", "adm": "admiral", "adms": "admiral", "admirals": "admiral", "vadm": "admiral",
    "col": "colonel", "cols": "colonel", "colonels": "colonel", "maj": "major", "capt": "captain", "primin": "minister",
    "fonmin": "minister", "defmin": "minister", "ministers": "minister", "premiers": "premier", "lt": "lieutenant",
    "brig": "brigadier", "cmdr": "commander", "cdr": "commander",
}  # fmt: skip

PARTICLES: Final = """
de d da do dos das del della di du des la le van von vom zu den der ter ten al el ul ibn bin bint ben abu san y e
""".split()

FIRST_NAMES: Final = {
    "al": "albert alexander alfred", "alec": "alexander", "alex": "alexander alexis", "andy": "andrew",
    "art": "arthur", "arch": "archibald", "bert": "albert herbert", "bernie": "bernard", "bill": "william",
    "bob": "robert", "bobby": "robert", "charlie": "charles", "chuck": "charles", "chris": "christopher",
    "cy": "cyrus", "dan": "daniel", "dave": "david", "dick": "richard", "don": "donald", "doug": "douglas",
    "ed": "edward edwin edmund", "ernie": "ernest", "fred": "frederick alfred", "gene": "eugene", "gerry": "gerald",
    "hal": "harold henry", "hank": "henry", "harry": "harold henry harrison", "jack": "john", "jeff": "jeffrey",
    "jerry": "gerald jerome", "jim": "james", "jimmy": "james", "joe": "joseph", "johnny": "john", "ken": "kenneth",
    "larry": "lawrence laurence", "len": "leonard", "les": "leslie", "lew": "lewis", "liz": "elizabeth",
    "matt": "matthew", "mel": "melvin", "mike": "michael", "nick": "nicholas", "pat": "patrick patricia",
    "pete": "peter", "phil": "philip phillip", "ray": "raymond", "rich": "richard", "rob": "robert", "ron": "ronald",
    "russ": "russell", "sam": "samuel", "stan": "stanley", "steve": "stephen steven", "stu": "stuart",
    "ted": "theodore edward", "teddy": "theodore edward", "tim": "timothy", "tom": "thomas", "tony": "anthony",
    "chas": "charles", "geo": "george", "jas": "james", "jos": "joseph", "robt": "robert", "thos": "thomas",
    "wm": "william", "vic": "victor", "walt": "walter", "will": "william", "win": "winston winthrop",
}  # fmt: skip

COMMON: Final = """
adam alan albert alexander alfred allan allen andrew anthony arnold arthur barry benjamin bernard bill bob bruce carl
cecil charles chester christopher clarence claude clifford craig curtis cyril dan daniel david dean dennis donald
douglas earl edgar edmund edward edwin eric ernest eugene everett felix francis frank franklin fred frederick gabriel
geoffrey george gerald gilbert glenn gordon graham gregory guy harold harry harvey henry herbert herman homer horace
howard hubert hugh ian isaac jack jacob james jean jeffrey jerome jim joe joel john johnny jonathan jose joseph juan
julian julius karl keith kenneth kurt larry laurence lawrence leo leon leonard leslie lewis lionel lloyd louis lucius
luis manuel marcel marcus mario mark marshall martin matthew maurice max melvin michael mike milton morris morton
nathan nathaniel neil nelson nicholas norman oliver oscar otto patrick paul pedro percy peter philip phillip pierre
ralph randolph raymond reginald rene richard robert roger roland ronald roy rufus russell sam samuel sidney simon
stanley stephen steven stewart stuart sydney ted theodore thomas timothy tom victor vincent wallace walter warren
wayne wilbur wilfred will william winston
""".split()

SURNAMES_FIRST: Final = """
ahn bae bui cai ch'en ch'eng ch'in ch'oe chae chai chang chao chen cheng chi chiang chin cho choe choi chon chong chou
chu chung dang deng dinh dong duong fan fang feng fu gao gong gu guo hahm ham han hao he ho hoang hong hou hsiao hsu
hu hua huang hwang im jang ji jiang jin jung kang kao kim ko ku kuo kwon le lee lei li liang liao lim lin liu lo lu
luo ly ma mao nam ngo nguyen p'eng paek pai paik pak pan park peng pham phan pyon qian qiao qin rhee ri ro roh ryu
shen shim shin sin song su suh sun sung t'an t'ang tan tang tao teng ting ton tong tran trinh truong ts'ai ts'ao tsai
tsao tseng tsiang tung u vo vu wan wang wei won woo wu xi xiao xie xu yan yang yao yeh yen yi yim yin yoo yoon yu yuan
yui yun zeng zhang zhao zheng zhou zhu
""".split()

MONTHS_AND_DAYS: Final = """
january february march april may june july august september october november december jan feb mar apr jun jul aug sep
sept oct nov dec sunday monday tuesday wednesday thursday friday saturday
""".split()

PROPER: Final = """
africa america argentina asia athens atlantic austria bahrain belgium berlin board bolivia boston brazil britain
bureau burma cambodia canada central chad chile china christian colombia congo congress council court cuba cyprus
denmark dominican east easter eastern ecuador egypt england english ethiopia europe finland france french german
germany ghana globe god greece greek guardian haiti herald holland house hungary iceland india indian iran iraq
ireland irish israel italy jamaica japan jordan kenya korea kuwait laos lebanon lent libya london malta mexico morocco
moscow nepal niger north northern norway office oman pakistan panama paris peru poland pole pope portugal post press
qatar roman rome russia russian scotland senate south southern spain star state states sudan sun sweden swiss syria
texas tibet times turkey wales washington welsh west western yemen york
""".split()

ORDINARY: Final = """
ball bank banks bass battle beach begin bell best bird bishop black blue bond book bridge bridges brown bush butler
camp capital care case cash champion chance chase church coffee cook cool cross crown day deal dean drew early fair
farmer field fire fish flood force forest foster fox frank free freeman friend frost gates gay gold good grace grand
grant gray great green grey guest hall hand hands head heart high hill hills hold home hood hope horn hull hunt hunter
ice joy judge just keen key king knight lake lamb land lane large last law lay light line little lock long lord love
low luck major mark marks marsh marshal mason master may means merchant might mills mine moon more mosquito moss near
new noble pace page park parks parsons part peace people person persons place plain plaza poles poor port potter power
powers pray price pride priest prime prince public quick rank ranks read red reed rice rich ridge ring rivers road
rock root rose royal rush sale sales salt sand sands school sharp shell shepherd ship shore short silver sims small
smart snow speaker spear spring staff star steel stern stock stone storm story strange street strong stump summer
summers sweet table tall temple tide time tower town trade train travel tree true trust twin union vale victor wall
ward warden water waters way weeks well wells wheat white wild will wills wind wine winter wise wolf wood woods word
words work works worth young
""".split()

SMALL: Final = """
a about above according accordingly across after afterward again against all also although am among an and another any
apparently are as at before both but by can concerning consequently copies copy could dear despite did do does draft
drafted during each either even every few finally first following for forwarded from further furthermore given had has
have he hence her here his how however i if in inform information initialed initialled instead into is it its last
lastly later let like likewise many may me meanwhile memo memorandum message met might moreover most must my near
neither nevertheless next no nor not nothing now of off on once one only or other others otherwise our out over pass
per perhaps please possibly presumably privately quote re read ref reference regarding said same says second see send
sent shall she should signed similarly since so some soon source still subj subject such surely tell than that the
their them then there therefore these they third this those though through throughout thus to today together told
tomorrow too toward two under unless unlike unquote until up upon very via was we were what when where whereas whether
which while who whom whose why will with within without would yes yesterday yet you your
""".split()

NAMED_AFTER: Final = """
& act administration administrations airport amendment association avenue award bank bay bill bridge brothers building
cabinet cemetery center centre charter chronological church city co collection college commission committee company
corp corporation correspondence council county cup dam diaries diary doctrine fellow fellowship file files foundation
fund government governments herald hospital hotel house inc institute island islands journal journals lake library
library's line memorial mission missions motor motors mountain mountains news note pact papers plan plans post
presidential prize records regime report river round scholarship school series society sons square stadium star street
subcommittee talks theater theatre times treaty tribune trust university
""".split()

PAPERS: Final = """
post times star sun news herald tribune mirror globe guardian express telegraph mail university college club hotel
airport
""".split()

ENGLISH: Final = Language(
    titles=frozenset(TITLES),
    ranks=frozenset(RANKS),
    links=frozenset("of for and to the in on".split()),
    of_women=frozenset(OF_WOMEN),
    of_her=frozenset((*OF_WOMEN, *OF_HER)),
    ends=frozenset(ENDS),
    women=frozenset(WOMEN),
    knights=frozenset(("sir", "dame")),
    short_forms=SHORT_FORMS,
    particles=frozenset(PARTICLES),
    prefixes=frozenset("anti ex mid neo non post pre pro".split()),
    suffixes=frozenset("jr sr i ii iii iv v vi 2d 2nd 3d 3rd esq".split()),
    first_names=FIRST_NAMES,
    common=frozenset((*COMMON, *WOMEN, *FIRST_NAMES)),
    surnames_first=frozenset(SURNAMES_FIRST),
    ordinary=frozenset((*ORDINARY, *PROPER, *MONTHS_AND_DAYS)),
    proper=frozenset((*PROPER, *MONTHS_AND_DAYS)),
    small=frozenset(SMALL),
    after=frozenset(MONTHS_AND_DAYS),
    papers=frozenset(PAPERS),
    named_after=frozenset(NAMED_AFTER),
    hours=frozenset(("am", "pm")),
    sender=r"\b(?:from|by)\b",
    author="by",
    addressee=r"(?<!assistant )(?<!assistants )(?<!adviser )(?<!counselor )(?<!ambassador )(?<!representative )\bto\b",
    present=("participants", "present"),
    before_present=frozenset(("", "those", "persons", "also", "others", "list of", "the", "u.s.", "american")),
)
