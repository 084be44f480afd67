"""Phrases that tell what a short piece of text is for: "read also", "photo:", "sign up", in many languages.

What belongs here: generic phrases, as bits that features are made of. What does not: names of publishers or
hosts (never), words of class names (``class_cues``), and what the bits weigh (``model.json``).

A phrase is looked up at the beginnings of words only, by its first four letters: regular expressions of hundreds
of alternatives, tried at every character, would take longer than all the rest. Words that begin no phrase are most
words, and are told by one look-up, or, where it was built, by the compiled reading of the letters, which looks up only
words that may begin one. What is the same work for every text of a page is done for all at once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tasks.loops import is_built

if TYPE_CHECKING:
    from tasks.extraction.compiled.texts import Phrases

# Order is part of the model's format: a cue keeps its place. Phrases are apart by commas and in lower
# case; "^": only at the beginning of the text; a final "|": the word ends there.
TEXT_CUES: Final[dict[str, str]] = {
    "related": "read more, read also, also read, read next, read the full, read full, read our, read about, ^read on|, "
    "^read:, further reading, recommended read, related, see also, also see, you may like, you might like, "
    "you may also, you might also, you may be interested, you might be interested, more from|, more on|, "
    "more about, more stories, more news, more articles, recommended, trending, most read, most popular, "
    "most viewed, popular posts, popular stories, popular articles, latest news, latest posts, "
    "latest stories, latest articles, recent posts, recent articles, recent news, recent stories, up next, "
    "next article, next post, next story, previous article, previous post, previous story, don t miss, "
    "don’t miss, don't miss, ^watch:, ^watch|, ^listen:, ^read|, ^more:, ^see:, ^also:, must read, "
    "explore more, keep reading, continue reading, mehr zum, mehr zu, mehr aus, mehr über, mehr von, "
    "mehr dazu, lesen sie, lies auch, auch interessant, auch lesenswert, weiterlesen, das könnte, zum thema, "
    "meistgelesen, weitere artikel, weitere meldungen, weitere nachrichten, weitere themen, lire aussi, "
    "lire également, lire la suite, lire plus, à lire, sur le même sujet, sur le même thème, voir aussi, "
    "à voir|, articles liés, articles similaires, leggi anche, leggi tutto, potrebbe interessarti, "
    "articoli correlati, ti potrebbe, per approfondire, lea también, lea además, lea más, leer más, "
    "leer también, te puede interesar, le puede interesar, puedes leer, puede leer, ver también, ver más, "
    "mira también, mirá también, mire también, noticias relacionad, noticia relacionad, te recomendamos, "
    "más sobre, más información, más noticias, más en|, también lee, leia também, leia mais, leia ainda, "
    "veja também, veja mais, saiba mais, confira, relacionad, mais sobre, mais notícias, mais lidas, "
    "lees ook, lees meer, lees verder, bekijk ook, meer over, meer nieuws, gerelateerd, läs också, läs mer, "
    "läs även, läs vidare, les også, les mer, læs også, læs mere, se også, se mer|, lue myös, lue lisää, "
    "czytaj też, czytaj także, czytaj więcej, czytaj dalej, zobacz też, zobacz także, zobacz również, "
    "przeczytaj, polecamy, čtěte, přečtěte, související, olvass, kapcsolódó, citește și, citește mai, "
    "vezi și, pročitajte, читайте, читать, по теме, смотрите также, ранее|, подробнее, материалы по, "
    "διαβάστε, ayrıca, ilgili haber, bunlar da, devamını oku, baca juga, baca selengkapnya, lihat juga, "
    "xem thêm, đọc thêm, tin liên quan, اقرأ, مواضيع, ذات صلة, المزيد, شاهد, بیشتر بخوانید, مطالب مرتبط, "
    "यह भी पढ़, इसे भी पढ़",
    "share": "share, follow us, follow me, facebook, twitter, whatsapp, linkedin, pinterest, instagram, telegram, "
    "copy link, copy url, print|, email this, teilen, drucken, folgen sie, partager, suivez, compartir, "
    "síguenos, condividi, seguici, compartilh, siga, delen|, dela|, del|, jaa|, udostępnij, поделиться, "
    "شارك, paylaş, bagikan, chia sẻ",
    "signup": "newsletter, subscrib, sign up, sign-up, sign in, log in, login, register, inbox, become a member, "
    "become a subscriber, free trial, already a member, already a subscriber, create an account, "
    "create a free, enter your e, join our, join us, donate, support us, support our, abonn, anmeld, "
    "registrier, einloggen, inscri, s'abonner, s’abonner, connectez, suscrí, suscri, regístrate, iscriviti, "
    "abbonati, accedi, assine|, assina, cadastr, aanmeld, prenumer, logga in, tilaa, zaloguj, zapisz, "
    "подпиш, рассылк, registr, abone|, berlangganan, اشترك",
    "ad": "advert, sponsor, promoted, anzeige, werbung, publicit, publicidad, pubblicit, annons, reklam, mainos, "
    "реклама, إعلان, iklan, quảng cáo, affiliate, commission, paid content, paid post, scroll to continue, "
    "article continues, story continues, continues below",
    "rights": "copyright, all rights, alle rechte, tous droits, todos los derechos, tutti i diritti, "
    "todos os direitos, may not be published, may not be reproduced, republish, reprint, wszelkie prawa, "
    "все права, license, licence",
    "consent": "cookie, consent, privacy, gdpr, datenschutz, einwilligung, externer inhalt, externe inhalt, terms of, "
    "terms and, confidentialité, privacidad, we use|, javascript, your browser, recaptcha, personenbezogene",
    "credit": "photo:, photo by, photo credit, photo courtesy, photos by, photo via, image:, image by, image credit, "
    "images:, image courtesy, image source, picture:, picture by, credit:, credits:, foto:, fotos:, bild:, "
    "bildquelle, source:, sources:, quelle:, fuente:, crédit:, crédit photo, crédito:, créditos:, crédits:, "
    "fonte:, video:, fotografía, courtesy of, illustration:, illustration by, graphic:, grafik:, infograf, "
    "infograph, imagen:, immagine:, imagem:, фото:, фото|, zdjęcie, kuva:, kilde:, photo/, (photo, (foto, "
    "photograph by, photographer, file photo, file image, archivbild, symbolbild, foto de archivo, getty, "
    "shutterstock, unsplash, imago",
    "byline": "^by|, ^von|, ^par|, ^por|, ^di|, ^da|, ^door|, ^av|, ^af|, ^autor, ^author, ^auteur, ^text by, "
    "^words by, ^words:, ^text:, ^reporting by, ^editing by, ^edited by, ^written by, ^story by, ^автор, "
    "^بقلم, ^كتب|, written by, reported by, posted by, published by, about the author, contributed to this, "
    "contributed reporting, is a senior, is a staff, is a freelance, is a reporter, is a writer, "
    "is an editor, is a journalist, is a columnist, is an author, is a contributing, is the author, "
    "is the editor, is a professor, is a correspondent, follow him, follow her, follow them, über den autor, "
    "über die autorin, meet the author, view all posts, more by|, posts by|, more posts by",
    "date": "published, updated, last modified, last reviewed, posted, created|, veröffentlicht, aktualisiert, "
    "^stand:, publié, mis à jour, publicado, publicada, actualizado, actualizada, atualizado, pubblicato, "
    "aggiornato, gepubliceerd, publicerad, uppdaterad, publisert, oppdatert, julkaistu, opublikowano, "
    "опубликовано, обновлено, min read, mins read, minute read, minutes read, min. read, minutos de lectura, "
    "min de lectura, minutos de leitura, lesezeit, lesedauer, min de lecture, min lectura, hours ago, "
    "hour ago, minutes ago, days ago, day ago, weeks ago, week ago, months ago, month ago, years ago|, "
    "reading time",
    "comments": "comment, reply|, replies|, leave a, your email, your name, required fields, join the conversation, "
    "join the discussion, kommentar, commentaire, comentario, commenti|, comentário, reacties, reageer, "
    "коммент, تعليق, was this article, was this page, was this helpful, rate this, vote|, votes|, feedback, "
    "report a|, report an|, thanks for, thank you for your",
    "cta": "click here, download, buy now, shop now, ^shop|, learn more, get started, contact us, book a|, "
    "book now, order now, order here, try for free, try it free, try free, find out more, request a, "
    "schedule a, get a free, get your free, get the free, get a quote, get a demo, check out, check price, "
    "view all, view more, view on, view deal, show more, show all, load more, see all, see more, see price, "
    "hier klicken, ^jetzt|, cliquez, en savoir plus, haz clic, clicca, call us, visit our, talk to us, "
    "talk to our, let s talk, let's talk, let’s talk, add to|, ^next|, ^previous|, ^back to, ^go to, "
    "^skip to, ^close|, ^open|, ^menu|, ^expand, ^toggle, ^play|, ^loading",
    "toc": "table of contents, ^contents|, ^in this article, ^in this post, ^in this guide, ^in this story, "
    "jump to, ^inhalt|, inhaltsverzeichnis, sommaire, índice|, ^indice|, key takeaway, key points, "
    "on this page, quick links, ^hide|, ^show|, ^key",
    "tags": "^tags, ^tag|, ^topic, ^filed under, ^category, ^categories, ^posted in, ^keyword, ^schlagw, ^themen|, "
    "^mots, ^étiquettes, ^etiquetas, ^temas|, ^argomenti, ^tópicos, ^assuntos, ^trefwoorden, ^ämnen, ^тэги, "
    "^теги, ^label, ^in this story, ^#, ^more in, ^more on, ^section",
    "reference": "^reference, ^footnote, ^sources|, ^bibliography, ^notes|, ^citation, ^works cited, ^literatur, "
    "^quellen, ^références, ^referencias, ^fonti|, ^faq, ^frequently asked, ^disclosure, ^disclaimer, "
    "^correction, ^editor's note, ^editor’s note, ^acknowledg, ^resources, ^appendix, ^about|, ^conclusion, "
    "^final thoughts, ^summary",
}
"""Each cue and its phrases."""

_UNSPACED: Final[dict[str, str]] = {
    "related": "関連記事|関連ニュース|あわせて|合わせて読|続きを読|相关阅读|相关新闻|相关文章|相关报道|延伸阅读|"
    "延伸閱讀|相關|推荐阅读|更多|관련",
    "share": "シェア|ツイート|分享|공유",
    "signup": "会員|登録|订阅|訂閱|구독|注册",
    "ad": "広告|广告|廣告|광고",
    "rights": "無断転載|版权|版權|저작권|禁止转载|无断",
    "credit": "写真|图源|图片|圖|사진|ⓒ",
    "byline": "記者|记者|編集|编辑|責任編輯|기자",
    "comments": "コメント|评论|評論|댓글",
    "toc": "目次|目录",
    "tags": "タグ|标签|標籤",
}
_TWO_DIGITS = re.compile(r"[0-9]{2}")  # in every date: most texts have none, and need not be searched on
_DATE = re.compile(
    r"\b\d{1,2}[:.h]\d\d\b|\b(?:19|20)\d\d[-/.年]\d|\d[-/.](?:19|20)\d\d\b|"
    r"\b\d{1,2}\.? \w{3,9},? (?:19|20)\d\d\b|\b\w{3,9} \d{1,2},? (?:19|20)\d\d\b"
)

TEXT_BIT: Final = {name: 1 << place for place, name in enumerate(TEXT_CUES)}
_A_DATE: Final = TEXT_BIT["date"]
_UNSPACED_PATTERNS = [(TEXT_BIT[name], re.compile(words)) for name, words in _UNSPACED.items()]
_UNSPACED_FIRST: Final = sorted({words[0] for of in _UNSPACED.values() for words in of.split("|")})
_UNSPACED_SIGNS = re.compile(f"[{''.join(_UNSPACED_FIRST)}]")
_OTHER_SIGNS = '"“”„«»[]{}|•·–—-*>→▶►_~=+'
_SHORT: Final = 160  # characters; a date in a longer text says nothing of the text
_APART = "\x00"  # between the texts of a page: no page holds it (``tree`` takes it out)


_Index = dict[str, list[tuple[str, int]]]
_Said = tuple[int, tuple[tuple[str, int], ...]]
"""What a word says: the bits of phrases of one word, and the longer phrases that begin with it, each with its bit."""


def _index() -> tuple[_Index, _Index]:
    """First letters of a phrase -> (phrase as it stands in the padded text, bit): anywhere, and only at the beginning.

    A phrase that ends in a blank ends with its last word; others go on as they like.
    """
    anywhere: _Index = defaultdict(list)
    at_start: _Index = defaultdict(list)
    for name, phrases in TEXT_CUES.items():
        for written in phrases.split(", "):
            phrase = written.removeprefix("^").replace("-", " ")
            phrase = phrase[:-1] + " " if phrase.endswith("|") else phrase
            index = at_start if written.startswith("^") else anywhere
            index[phrase[:4].split(" ")[0]].append((" " + phrase, TEXT_BIT[name]))
    return dict(anywhere), dict(at_start)


_ANYWHERE, _AT_START = _index()
_MOST_KEPT = 1 << 16  # words, of a run; then the memory of them begins anew


def _said_by(word: str, index: _Index) -> _Said | None:
    if not (word[:4] in index or word[:3] in index or word[:2] in index or word[:1] in index):
        return None
    bits, longer = 0, []
    for length in range(1, min(len(word), 4) + 1):
        for phrase, bit in index.get(word[:length], ()):
            first, blank, rest = phrase[1:].partition(" ")
            if rest:
                if word == first:
                    longer.append((phrase, bit))
            elif word == first if blank else word.startswith(first):
                bits |= bit
    return (bits, tuple(longer)) if bits or longer else None


class _Memory(dict[str, _Said | None]):
    """What words say, null for nothing, which most say. It is kept: a page's words are mostly the page's before."""

    def __init__(self, index: _Index) -> None:
        super().__init__()
        self._index = index

    def __missing__(self, word: str) -> _Said | None:
        said = self[word] = _said_by(word, self._index)
        return said

    def limit(self) -> None:
        """Begin anew where there is too much of it."""
        if len(self) >= _MOST_KEPT:
            self.clear()


_anywhere = _Memory(_ANYWHERE)
_at_start = _Memory(_AT_START)


def text_bits(text: str) -> int:
    """The cues in one text: see :func:`bits_of_texts`."""
    return bits_of_texts([text])[0]


def bits_of_texts(texts: Sequence[str]) -> list[int]:
    """The cues in each text. Of a text longer than 400 characters only both ends are looked at."""
    shown = [text if len(text) <= 400 else text[:160] + " " + text[-160:] for text in texts]
    joined = _APART.join(shown).lower()
    _anywhere.limit()
    _at_start.limit()
    bits = _bits_in_python(shown, joined) if compiled is None else compiled.bits(shown, joined, _APART)
    return [bits_of_texts([text.replace(_APART, " ")])[0] for text in texts] if bits is None else bits


def _bits_in_python(shown: list[str], joined: str) -> list[int] | None:
    for sign in _OTHER_SIGNS:
        joined = joined.replace(sign, " ")
    lowered = joined.split(_APART)
    if len(lowered) != len(shown):
        return None
    bits = []
    for text, low in zip(shown, lowered, strict=True):
        words = low.split()
        said = list(filter(None, map(_anywhere.__getitem__, words)))
        bits.append(_weighed(text, f" {' '.join(words)} ", said, _at_start[words[0]] if words else None))
    return bits


def _weighed(text: str, padded: str, said: list[_Said], said_first: _Said | None) -> int:
    """The cues in one text, by its words in lower case (a blank before, between and behind) and what they say."""
    bits = 0
    for sure, longer in said:
        bits |= sure
        for phrase, bit in longer:
            if not bits & bit and phrase in padded:
                bits |= bit
    if said_first:
        bits |= said_first[0]
        for phrase, bit in said_first[1]:
            if padded.startswith(phrase):
                bits |= bit
    if len(text) < _SHORT and not bits & _A_DATE and _TWO_DIGITS.search(text) and _DATE.search(padded):
        bits |= _A_DATE
    if not text.isascii():
        if "©" in padded:
            bits |= TEXT_BIT["rights"]
        if _UNSPACED_SIGNS.search(padded):
            for bit, pattern in _UNSPACED_PATTERNS:
                if pattern.search(padded):
                    bits |= bit
    return bits


compiled: Phrases | None = None
"""The reading of the letters in C, where it was built."""
if is_built("texts"):
    from tasks.extraction.compiled import texts as _in_c

    compiled = _in_c.Phrases(
        _anywhere, _at_start, (_ANYWHERE, _AT_START), _OTHER_SIGNS, min(_UNSPACED_FIRST), _SHORT, _weighed
    )
