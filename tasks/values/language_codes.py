"""Codes and names of languages, scripts and regions: the tables behind ``tasks.values.languages``.

What belongs here: lists, from ISO 639, ISO 15924 and ISO 3166, cut to what pages use. What does not: how a declared
value is read (``languages``).
"""

from __future__ import annotations

_TWO_LETTERS = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te
tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
TWO_LETTERS = frozenset(_TWO_LETTERS.split())
"""ISO 639-1."""

_THREE_LETTERS = """
ace ary arz ast awa bcl bho bik bug cak ceb chr ckb crh csb din dsb ext fil frp frr fur fuv gag gcf gcr gom grc gsw
gug guw hak haw hbo hif hmn hsb ilo kab kbd kha kik koi krc lij lld lmo ltg lus mai mhr min mni mrj mwl myv nah nan
nap nds new nso pam pap pcm pms pnb prs roa rue rup sah sat scn sco sdh shn smo srn szl tet tpi tum tyv udm uzs vec
vls war wuu xal xmf yue zea zxx
"""
THREE_LETTERS = frozenset(_THREE_LETTERS.split())
"""ISO 639-3 codes of languages without a two-letter one, in which news is written."""

_SHORTER = """
afr:af alb:sq amh:am ara:ar arm:hy asm:as aze:az baq:eu bel:be ben:bn bod:bo bos:bs bre:br bul:bg bur:my cat:ca
ces:cs chi:zh cmn:zh cym:cy cze:cs dan:da deu:de dut:nl ell:el eng:en epo:eo est:et eus:eu fao:fo fas:fa fin:fi
fra:fr fre:fr fry:fy geo:ka ger:de gla:gd gle:ga glg:gl gre:el guj:gu hat:ht hau:ha heb:he hin:hi hrv:hr hun:hu
hye:hy ibo:ig ice:is ind:id isl:is ita:it jav:jv jpn:ja kan:kn kat:ka kaz:kk khm:km kin:rw kir:ky kmr:ku kor:ko
kur:ku lao:lo lat:la lav:lv lit:lt ltz:lb mac:mk mal:ml mao:mi mar:mr may:ms mkd:mk mlg:mg mlt:mt mon:mn mri:mi
msa:ms mya:my nep:ne nld:nl nno:nn nob:nb nor:no oci:oc ori:or orm:om pan:pa per:fa pol:pl por:pt pus:ps roh:rm
ron:ro rum:ro run:rn rus:ru sin:si slk:sk slo:sk slv:sl sme:se sna:sn som:so spa:es sqi:sq srp:sr swa:sw swe:sv
tam:ta tat:tt tel:te tgk:tg tgl:tl tha:th tib:bo tir:ti tuk:tk tur:tr uig:ug ukr:uk urd:ur uzb:uz vie:vi wel:cy
xho:xh yid:yi yor:yo zho:zh zul:zu
"""
SHORTER = dict(pair.split(":") for pair in _SHORTER.split())
"""ISO 639-2 codes, bibliographic and terminological, of languages with a two-letter code."""

MEANT = {
    **{"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "sr"},
    **{"cn": "zh", "jp": "ja", "cz": "cs", "gr": "el", "dk": "da", "ua": "uk", "vn": "vi", "rs": "sr"},
    **{"gb": "en", "us": "en"},
}
"""Codes withdrawn; then codes of countries that are none of a language, in the place of one."""

# Names in English and in the language itself, lower case, after the tag.
_NAMES = """
af:afrikaans
am:amharic, አማርኛ
ar:arabic, العربية, عربي
az:azerbaijani, azərbaycan
be:belarusian, беларуская
bg:bulgarian, български
bn:bengali, bangla, বাংলা
bs:bosnian, bosanski
ca:catalan, català, catala
cs:czech, čeština, cestina, česky
cy:welsh, cymraeg
da:danish, dansk
de:german, deutsch
el:greek, ελληνικά
en:english
en-GB:british english
en-US:american english
es:spanish, español, espanol, castellano
et:estonian, eesti
eu:basque, euskara
fa:persian, farsi, فارسی
fi:finnish, suomi
fil:filipino
fr:french, français, francais
ga:irish, gaeilge
gl:galician, galego
gu:gujarati, ગુજરાતી
he:hebrew, עברית
hi:hindi, हिन्दी, हिंदी
hr:croatian, hrvatski
hu:hungarian, magyar
hy:armenian, հայերեն
id:indonesian, indonesia, bahasa indonesia
is:icelandic, íslenska
it:italian, italiano
ja:japanese, 日本語
ka:georgian, ქართული
kk:kazakh, қазақша
km:khmer, ខ្មែរ
kn:kannada, ಕನ್ನಡ
ko:korean, 한국어
lt:lithuanian, lietuvių
lv:latvian, latviešu
mk:macedonian, македонски
ml:malayalam, മലയാളം
mn:mongolian, монгол
mr:marathi, मराठी
ms:malay, melayu, bahasa melayu
mt:maltese, malti
my:burmese, မြန်မာ
nb:bokmål, norsk bokmål
ne:nepali, नेपाली
nl:dutch, nederlands
nn:nynorsk
no:norwegian, norsk
pa:punjabi, ਪੰਜਾਬੀ
pl:polish, polski
ps:pashto, پښتو
pt:portuguese, português, portugues
pt-BR:brazilian portuguese
ro:romanian, română, romana
ru:russian, русский
si:sinhala, සිංහල
sk:slovak, slovenčina, slovensky
sl:slovenian, slovene, slovenščina
so:somali, soomaali
sq:albanian, shqip
sr:serbian, српски, srpski
sv:swedish, svenska
sw:swahili, kiswahili
ta:tamil, தமிழ்
te:telugu, తెలుగు
th:thai, ไทย
tl:tagalog
tr:turkish, türkçe, turkce
uk:ukrainian, українська
ur:urdu, اردو
uz:uzbek, oʻzbekcha
vi:vietnamese, tiếng việt
yue:cantonese
zh:chinese, mandarin, 中文, 汉语, 漢語
zh-Hans:simplified chinese, chinese simplified, 简体中文
zh-Hant:traditional chinese, chinese traditional, 繁體中文
"""
NAMES = {
    name.strip(): line.split(":")[0] for line in _NAMES.strip().splitlines() for name in line.split(":")[1].split(",")
}
"""What a language is called, lower case, and its tag."""

_SCRIPTS = """
Adlm Arab Armn Beng Cans Cher Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hans Hant Hebr Jpan Khmr Knda Kore Laoo Latn
Mlym Mong Mtei Mymr Nkoo Olck Orya Sinh Syrc Taml Telu Tfng Thaa Thai Tibt
"""
SCRIPTS = frozenset(_SCRIPTS.split())
"""ISO 15924."""

_REGIONS = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW 001 003 005 009 013 019 021 029 142 145 150 151 154 155 202 419
"""
REGIONS = frozenset(_REGIONS.split())
"""ISO 3166-1, Kosovo, and the areas of UN M.49 that language tags use."""

_ALIKE = """
no nb nn da sv fo | hr bs sr sl mk | id ms jv su ace | pt gl es ca an ast oc ext | cs sk | hi mr ne sa mai bho gom
ar arz ary | zh yue wuu ja | nl af fy | ru uk be bg mk sr | tl fil ceb bcl ilo | it lij vec scn lmo | fa ps prs
tr az crh | ku ckb sdh | fr wa gcr gcf | de lb nds gsw | xh zu st nso | kk ky tt ba | en pcm sco | gd ga | lv ltg
"""
ALIKE = [frozenset(group.split()) for line in _ALIKE.strip().splitlines() for group in line.split("|")]
"""Languages written so alike that a detector takes a short text of one for another."""

_KINDS = "no:nb no:nn tl:fil fa:prs ku:ckb ku:sdh ar:arz ar:ary zh:yue zh:wuu"
KINDS = frozenset(tuple(pair.split(":")) for pair in _KINDS.split())
"""Pairs of a language and a language that is one of its kinds; detectors may know the first alone."""
