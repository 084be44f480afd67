"""The words that bylines are made of besides names.

What belongs here: words, in the languages of the press. What does not: what is done with them (``bylines``).
"""

from __future__ import annotations

LEAD_INS = tuple(
    sorted(
        [
            "by", "written by", "posted by", "reported by", "story by", "words by", "article by", "author", "authors",
            "author(s)", "reporting by", "text by", "text", "contributed by", "submitted by", "published by", "opinion by",
            "analysis by", "guest post by", "blog by", "a post by", "reviewed by", "created by", "edited by", "updated by",
            "von", "ein artikel von", "ein beitrag von", "eine analyse von", "ein kommentar von", "kommentar von",
            "autor", "autorin", "autoren", "geschrieben von", "verfasst von", "texte von",
            "par", "auteur", "auteurs", "auteure", "écrit par", "propos recueillis par", "publié par", "rédigé par",
            "por", "escrito por", "autora", "autores", "texto", "texto de", "redacción",
            "di", "scritto da", "da", "a cura di", "autore", "autori", "testo di",
            "door", "geschreven door", "tekst", "av", "skriven av", "skrevet av", "skrevet af", "af", "text av", "tekst av",
            "od", "autorzy", "tekst:", "napsal", "napsala", "zpracoval", "piše", "pišu", "napisao", "napisala",
            "автор", "авторы", "автори", "текст", "oleh", "penulis", "reporter", "yazan", "yazar", "haber",
            "bởi", "tác giả", "szerző", "írta", "kirjoittaja", "teksti", "autorius", "autors", "συντάκτης", "γράφει",
            "بقلم", "كتب", "الكاتب", "מאת", "de la", "scris de", "shkruar nga", "nga",
        ],
        key=len,
        reverse=True,
    )
)  # fmt: skip

PARTICLES = frozenset(
    "de del della delle degli di da dal dalla do dos das du d la le les van von vom zu zur zum der den dem ten ter te af av el al bin ibn "
    "bint ben abu ould y e i und st st. op het 't 's mac mc san santa lo ul ur".split()
)

CREDENTIALS = frozenset(
    "md phd dphil dvm dds dmd do rn np pa pac rd rdn ldn ms msc ma mba mph mpa mfa med edd jd esq cfp cfa cpa cpt cscs facs facp "
    "fand lcsw lmft lpc psyd bsn msn dnp frcp mbbs mrcp pe pmp jr sr ii iii iv pharmd dpt ot otr ccc-slp aud obe cbe mbe qc kc phr shrm-cp "
    "rph cde cdces fache faap facog faan rdh bcba crnp aprn fnp-c ea mpp llm llb ba bs bsc ab aicp aia ncc cwp chfc ricp".split()
)

ROLE_WORDS = frozenset(
    "reporter reporters correspondent correspondents editor editors journalist journalists writer writers columnist contributor "
    "contributors staff producer photographer photojournalist analyst critic author anchor fellow intern director manager president ceo founder "
    "co-founder cofounder professor chief senior freelance special deputy assistant associate contributing managing executive editorial "
    "political national international business sports science health technology diplomatic investigative "
    "redakteur redakteurin redakteure korrespondent korrespondentin chefredakteur reporterin autor autorin journalistin volontär volontärin "
    "leiter leiterin ressortleiter "
    "journaliste correspondant correspondante envoyé envoyée rédacteur rédactrice chroniqueur "
    "periodista corresponsal redactor redactora editora colaborador columnista enviado enviada "
    "giornalista corrispondente inviato inviata direttore collaboratore repórter jornalista correspondente editora colunista "
    "verslaggever correspondente redacteur journalisten reporterin toimittaja korrespondentti korespondent dziennikarz redaktor redaktorka "
    "novinar novinarka urednik журналист корреспондент редактор обозреватель кореспондент muhabir editör wartawan jurnalis".split()
)

ORGANISATION_WORDS = frozenset(
    "team staff desk newsroom editors editorial news newspaper agency press media magazine journal times post herald tribune gazette online "
    "redaktion newsdesk onlineredaktion redaktionsteam agentur nachrichtenagentur presse redazione redacción redaccion redação redacao redactie rédaction "
    "redaction agence agenzia agencia agência ansa redakcja redakce redakcija редакция редакція hospital university institute foundation "
    "association society council ministry department office group inc ltd llc gmbh ag corp corporation company network studio studios "
    "radio television tv channel wire service services bureau committee center centre clinic school college contributors board "
    "通信 新聞 新闻 通訊社 编辑部 編集部 取材班 뉴스".split()
)

NO_NAMES = frozenset(
    {
        "admin", "administrator", "webmaster", "root", "guest", "user", "unknown", "undefined", "null", "none", "n/a", "na",
        "anonymous", "author", "author name", "autor", "auteur", "by", "editor", "the author", "false", "true", "default",
        "test", "wordpress", "[object object]", "object object", "nan", "-", "no author", "sin autor", "view all posts",
        "read more", "share", "follow", "more", "posted", "published", "updated", "via", "about", "contributor",
    }
)  # fmt: skip

NOT_IN_NAMES = frozenset(
    "twitter facebook instagram linkedin whatsapp email e-mail pinterest reddit youtube tiktok telegram print share comments comment follow "
    "subscribe newsletter login sign log menu search home about contact more read min mins minutes posts view profile click here advertisement "
    "sponsored january february july august september october november december monday tuesday wednesday thursday friday saturday sunday "
    "published updated posted copyright photo photos getty image images video illustration bild foto image: photo: privacy policy terms cookie cookies "
    "find get learn see start started try buy shop join watch listen open show all care written by reviewed edited team leave reply the this that these our your my his her their how why what when where who which best top guide tips ways things new blog article articles".split()
)
