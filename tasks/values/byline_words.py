"""The words that bylines are made of besides names.

What belongs here: words, in the languages of the press. What does not: what is done with them (``bylines``).
"""

from __future__ import annotations

# Longest first, so that "written by" is tried before "by".
_LEAD_INS = """
    a cura di | a post by | af | analysis by | article by | auteur | auteure | auteurs | author | author(s) |
    authors | autor | autora | autore | autoren | autores | autori | autorin | autorius | autors | autorzy | av |
    blog by | by | bởi | contributed by | created by | da | de la | di | door | edited by | ein artikel von | ein
    beitrag von | ein kommentar von | eine analyse von | escrito por | geschreven door | geschrieben von | guest
    post by | haber | kirjoittaja | kommentar von | napisala | napisao | napsal | napsala | nga | od | oleh |
    opinion by | par | penulis | piše | pišu | por | posted by | propos recueillis par | published by | publié par |
    redacción | reported by | reporter | reporting by | reviewed by | rédigé par | scris de | scritto da | shkruar
    nga | skrevet af | skrevet av | skriven av | story by | submitted by | szerző | tekst | tekst av | tekst: |
    teksti | testo di | text | text av | text by | texte von | texto | texto de | tác giả | updated by | verfasst
    von | von | words by | written by | yazan | yazar | zpracoval | écrit par | írta | γράφει | συντάκτης | автор |
    автори | авторы | текст | מאת | الكاتب | إعداد | بقلم | كتب | كتبت | نویسنده | लेखक
"""
LEAD_INS = tuple(sorted((" ".join(phrase.split()) for phrase in _LEAD_INS.split("|")), key=len, reverse=True))

# Small words inside of names.
_PARTICLES = """
    de del della delle degli di da dal dalla do dos das du d la le les van von vom zu zur zum der den dem ten ter te
    af av el al bin ibn bint ben abu ould y e i und st st. op het 't 's mac mc san santa lo ul ur
"""
PARTICLES = frozenset(_PARTICLES.split())

# What stands after a name and belongs to it.
_CREDENTIALS = """
    md phd dphil dvm dds dmd do rn np pa pac rd rdn ldn ms msc ma mba mph mpa mfa med edd jd esq cfp cfa cpa cpt
    cscs facs facp fand lcsw lmft lpc psyd bsn msn dnp frcp mbbs mrcp pe pmp jr sr ii iii iv pharmd dpt ot otr
    ccc-slp aud obe cbe mbe qc kc phr shrm-cp rph cde cdces fache faap facog faan rdh bcba crnp aprn fnp-c ea mpp
    llm llb ba bs bsc ab aicp aia ncc cwp chfc ricp
"""
CREDENTIALS = frozenset(_CREDENTIALS.split())

# What somebody is: never part of a name.
_ROLE_WORDS = """
    reporter reporters correspondent correspondents editor editors journalist journalists writer writers columnist
    contributor contributors staff producer photographer photojournalist analyst critic author anchor fellow intern
    director manager president ceo founder co-founder cofounder professor chief senior freelance special deputy
    assistant associate contributing managing executive editorial political national international business sports
    science health technology diplomatic investigative redakteur redakteurin redakteure korrespondent
    korrespondentin chefredakteur reporterin autor autorin journalistin volontär volontärin leiter leiterin
    ressortleiter journaliste correspondant correspondante envoyé envoyée rédacteur rédactrice chroniqueur
    periodista corresponsal redactor redactora editora colaborador columnista enviado enviada giornalista
    corrispondente inviato inviata direttore collaboratore repórter jornalista correspondente colunista verslaggever
    redacteur journalisten toimittaja korrespondentti korespondent dziennikarz redaktor redaktorka novinar novinarka
    urednik attorney lawyer dietitian dietician nutritionist physician pharmacist therapist psychologist psychiatrist
    engineer developer researcher scientist consultant specialist strategist advisor adviser lecturer copywriter blogger
    economist meteorologist журналист корреспондент редактор обозреватель кореспондент muhabir editör wartawan jurnalis
"""
ROLE_WORDS = frozenset(_ROLE_WORDS.split())

# What makes a name that of a desk, an agency, an institution.
_ORGANISATION_WORDS = """
    team staff desk newsroom editors editorial news newspaper agency press media magazine journal times post herald
    tribune gazette online redaktion newsdesk onlineredaktion redaktionsteam agentur nachrichtenagentur presse
    redazione redacción redaccion redação redacao redactie rédaction redaction agence agenzia agencia agência
    redakcja redakce redakcija редакция редакція hospital university institute foundation association society
    council ministry department office group inc ltd llc gmbh ag corp corporation company network studio studios
    radio television tv channel wire service services bureau committee center centre clinic school college
    contributors board faculty program programme 通信 新聞 新闻 通訊社 编辑部 編集部 取材班 뉴스
"""
ORGANISATION_WORDS = frozenset(_ORGANISATION_WORDS.split())

# Placeholders and logins that stand where a name should.
_NO_NAMES = """
    - | [object object] | about | admin | administrator | anonymous | auteur | author | author name | autor | by |
    contributor | default | editor | false | follow | guest | more | n/a | na | nan | no author | none | null |
    object object | posted | published | read more | root | share | sin autor | test | the author | true | undefined
    | unknown | updated | user | via | view all posts | webmaster | wordpress
"""
NO_NAMES = frozenset(" ".join(phrase.split()) for phrase in _NO_NAMES.split("|"))

# Words that no person is called by, however they are capitalised: controls, months, headlines.
_NOT_IN_NAMES = """
    twitter facebook instagram linkedin whatsapp email e-mail pinterest reddit youtube tiktok telegram print share
    comments comment follow subscribe newsletter login sign log menu search home about contact more read min mins
    minutes posts view profile click here advertisement sponsored january february july august september october
    november december monday tuesday wednesday thursday friday saturday sunday published updated posted copyright
    photo photos image images video illustration bild foto image: photo: privacy policy terms cookie cookies
    find get learn see start started try buy shop join watch listen open show all care written by reviewed edited
    team leave reply the this that these our your my his her their how why what when where who which best top guide
    tips ways things new blog weblog article articles download zip pdf checklist
"""
NOT_IN_NAMES = frozenset(_NOT_IN_NAMES.split())
