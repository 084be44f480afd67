"""Names of months in the languages of the press.

What belongs here: words, and which month each means. What does not: the reading of dates (``dates``).
"""

from __future__ import annotations

import unicodedata

_NAMES = {
    1: "january januar januari janvier enero janeiro gennaio ianuarie styczeń stycznia leden ledna január "
    "januára январь января янв січень січня януари јануар siječanj siječnja januarja tammikuu tammikuuta "
    "jaanuar janvāris janvārī sausis sausio ιανουάριος ιανουαρίου γενάρη ocak يناير كانون ינואר जनवरी "
    "januarie jän jänner gener januar januára janeiru eanáir ionawr urtarrila মে জানুয়ারি ژانویه جنوری "
    "มกราคม janar",
    2: "february februar februari février febrero fevereiro febbraio februarie luty lutego únor února "
    "február februára февраль февраля лютий лютого февруари фебруар veljača veljače helmikuu helmikuuta "
    "veebruar februāris februārī vasaris vasario φεβρουάριος φεβρουαρίου şubat فبراير شباط פברואר फरवरी "
    "febrer feber feabhra ফেব্রুয়ারি فوریه فروری กุมภาพันธ์ shkurt februarja",
    3: "march märz maerz mars marzo março marco marts maart martie marzec marca březen března március "
    "március март марта березень березня ožujak ožujka maaliskuu maaliskuuta märts kovas kovo μάρτιος "
    "μαρτίου mart مارس آذار מרץ मार्च març maret mac মার্চ มีนาคม mrt",
    4: "april avril abril aprile aprilie kwiecień kwietnia duben dubna apríl apríla április апрель апреля "
    "квітень квітня април travanj travnja huhtikuu huhtikuuta aprill aprīlis aprīlī balandis balandžio "
    "απρίλιος απριλίου nisan أبريل نيسان אפריל अप्रैल aprila এপ্রিল آوریل اپریل เมษายน prill",
    5: "may mai mayo maio maggio maj mei maí maja květen května máj mája május май мая травень травня "
    "svibanj svibnja toukokuu toukokuuta maijs maijā gegužė gegužės μάιος μαΐου mayıs مايو أيار מאי मई "
    "maig মে مه مئی พฤษภาคม",
    6: "june juni juin junio junho giugno iunie czerwiec czerwca červen června jún júna június июнь июня "
    "червень червня юни јун jun lipanj lipnja kesäkuu kesäkuuta juuni jūnijs jūnijā birželis birželio "
    "ιούνιος ιουνίου haziran يونيو حزيران יוני जून juny জুন ژوئن جون มิถุนายน junija qershor",
    7: "july juli juillet julio julho luglio iulie lipiec lipca červenec července júl júla július июль июля "
    "липень липня юли јул jul srpanj srpnja heinäkuu heinäkuuta juuli jūlijs jūlijā liepa liepos ιούλιος "
    "ιουλίου temmuz يوليو تموز יולי जुलाई juliol জুলাই ژوئیه جولائی กรกฎาคม julija korrik",
    8: "august août aout agosto augustus augusti sierpień sierpnia srpen srpna augusta augusztus август "
    "августа серпень серпня аугуст avgust kolovoz kolovoza elokuu elokuuta augusts augustā rugpjūtis "
    "rugpjūčio αύγουστος αυγούστου ağustos أغسطس آب אוגוסט अगस्त agost agustus ogos আগস্ট اوت اگست "
    "สิงหาคม gusht",
    9: "september septembre septiembre setiembre setembro settembre septembrie wrzesień września září "
    "septembra szeptember сентябрь сентября вересень вересня септември септембар septembar rujan rujna "
    "syyskuu syyskuuta septembris septembrī rugsėjis rugsėjo σεπτέμβριος σεπτεμβρίου eylül سبتمبر أيلول "
    "ספטמבר सितंबर setembre sept সেপ্টেম্বর سپتامبر ستمبر กันยายน shtator",
    10: "october oktober octobre octubre outubro ottobre octombrie październik października říjen října "
    "október októbra октябрь октября жовтень жовтня октомври октобар oktobar lokakuu lokakuuta oktoober "
    "oktobris oktobrī spalis spalio οκτώβριος οκτωβρίου ekim أكتوبر תשרי אוקטובר अक्टूबर octubre অক্টোবর "
    "اکتبر اکتوبر ตุลาคม tetor okt",
    11: "november novembre noviembre novembro noiembrie listopad listopadu listopada novembra ноябрь ноября "
    "листопад листопада ноември новембар novembar studeni studenog studenoga marraskuu marraskuuta "
    "novembris novembrī lapkritis lapkričio νοέμβριος νοεμβρίου kasım نوفمبر נובמבר नवंबर নভেম্বর نوامبر "
    "نومبر พฤศจิกายน nëntor nopember",
    12: "december dezember décembre diciembre dezembro dicembre decembrie grudzień grudnia prosinec prosince "
    "decembra декабрь декабря грудень грудня декември децембар decembar prosinac prosinca joulukuu "
    "joulukuuta detsember decembris decembrī gruodis gruodžio δεκέμβριος δεκεμβρίου aralık ديسمبر דצמבר "
    "दिसंबर desember desembre disember ডিসেম্বর دسامبر دسمبر ธันวาคม dhjetor dic",
}

_OCTOBER_IN_CROATIAN = {"listopad", "listopada"}  # November for Poles and Czechs
_NO_MONTH = {"mar", "mare", "mas", "dec", "set", "sep"}  # short words that prefixes alone must not decide
_SHORT = {
    "mar": 3,
    "dec": 12,
    "set": 9,
    "sep": 9,
    "may": 5,
    "mag": 5,
    "giu": 6,
    "lug": 7,
    "ago": 8,
    "ott": 10,
    "gen": 1,
}


def _fold(word: str) -> str:
    """Lower case without accents: pages drop them, and capitals lose them."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


_EXACT: dict[str, int] = {}
_PREFIX: dict[str, int | None] = {}
for _number, _words in _NAMES.items():
    for _word in _words.split():
        _folded = _fold(_word)
        _EXACT.setdefault(_folded, _number)
        for _length in range(3, len(_folded)):
            _part = _folded[:_length]
            if _PREFIX.setdefault(_part, _number) != _number:
                _PREFIX[_part] = None  # two months begin so
_EXACT.update(_SHORT)
_EXACT["tháng"] = _EXACT["thang"] = 1  # Vietnamese numbers its months: the reader takes the number that follows


def month_number(word: str, language: str | None = None) -> int | None:
    """1 to 12 for the name of a month or its beginning (three letters or more); null for any other word."""
    folded = _fold(word)
    if folded in _OCTOBER_IN_CROATIAN and (language or "").lower().startswith(("hr", "bs")):
        return 10
    number = _EXACT.get(folded)
    if number is None and len(folded) >= 3:
        number = _PREFIX.get(folded)
    return number
