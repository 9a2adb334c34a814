"""Enough Spanish, German, French, Italian and Portuguese to read a trader's question.

Decided: a gloss, not a translation. Words of the field are replaced by their English ones and the
rest of the sentence is left to the same grammar; the coach answers in English and says so.
"""

import re
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True, slots=True)
class Glossed:
    """A question with its foreign words replaced; `language` is empty if none were."""

    text: str
    language: str = ""


_SIGNS = {
    "Spanish": (
        "¿ qué cuál cual cuánto cuanto cómo dónde donde está esta los las niveles nivel precio máximo maximo mínimo minimo"
        " ayer hoy mañana manana mercado abierto cerrado bolsa soporte soportes resistencia resistencias"
        " gráfico grafico muéstrame muestrame dame puedes por favor para el cierre cerró cerro abre cierra"
        " semana una de del al y qué debo comprar vender hola gracias compara acción acciones ayuda hacer puedo sobre"
        " subirá subira va tiene media móvil cotiza cotización velas minutos feriado semanal mensual diario diaria mensuales semanales esta"
    ),
    "German": (
        "wo was wie wann ist steht stehen liegt liegen der die das den dem für bei beim von vom und gestern heute"
        " morgen kurs hoch tief börse boerse offen geöffnet geschlossen öffnet schließt schliesst"
        " unterstützung unterstützungen widerstand widerstände marken niveaus zeig zeige mir bitte"
        " vergleiche vergleich oder kannst du soll ich kaufen verkaufen hallo danke schlusskurs eröffnung"
        " wochenpivots tage linie welche welcher hat alles kursmarken wichtig vortageshoch vortagestief minuten stunde wird steigen ein eine hilfe im auf"
        " feiertag gleitender durchschnitt gib aktie tageschart wochenchart monatschart stundenchart minutenchart diese dieser"
        " woche monat kurse vortag wöchentlich täglich nein"
    ),
    "French": (
        "quel quelle quels où ou est sont le les de du des cours prix niveaux niveau hier aujourd'hui demain"
        " marché marche bourse ouvert ouverte fermé fermée ferme ouvre résistance résistances graphique montre moi"
        " plus haut bas pour et support supports bonjour merci clôture s'il vous plaît dois je acheter vendre"
        " peux tu combien vaut comment va comparer compare à quelle heure la action minutes journalier hebdomadaire mensuel semaine cette"
    ),
    "Italian": (
        "qual quale dove è il lo gli prezzo livelli livello ieri oggi domani mercato borsa aperto aperta"
        " chiuso chiusa chiude apre resistenza resistenze supporto supporti grafico mostrami massimo minimo di"
        " del della ciao grazie quanto vale come sta dammi puoi per che confronta e a azioni minuti settimanale giornaliero mensile questa settimana"
    ),
    "Portuguese": (
        "qual onde está o os de preço níveis nível ontem hoje amanhã mercado bolsa aberto aberta fechado"
        " fecha abre resistência resistências suporte suportes gráfico mostre mostra máxima mínima da do"
        " das olá obrigado obrigada quanto custa como para e minutos fechou fechamento ações semanal mensal diário"
    ),
}
_SIGN_SETS = {language: frozenset(words.split()) for language, words in _SIGNS.items()}
_ENGLISH = frozenset(
    [
        "the",
        "is",
        "are",
        "was",
        "what",
        "where",
        "how",
        "when",
        "show",
        "me",
        "of",
        "for",
        "on",
        "at",
        "with",
        "please",
        "and",
        "do",
        "did",
        "does",
        "has",
        "have",
        "you",
        "to",
        "in",
        "it",
        "my",
        "a",
        "i",
        "can",
        "this",
        "that",
        "from",
        "today",
        "price",
        "levels",
        "quote",
        "chart",
        "up",
        "down",
    ]
)
_UNMISTAKABLE = frozenset(
    [
        "semanal",
        "mensual",
        "diario",
        "diaria",
        "niveles",
        "nivel",
        "soporte",
        "soportes",
        "resistencia",
        "resistencias",
        "precio",
        "cierre",
        "ayer",
        "semana",
        "velas",
        "cotización",
        "mensuales",
        "semanales",
        "tageschart",
        "wochenchart",
        "monatschart",
        "stundenchart",
        "minutenchart",
        "woche",
        "monat",
        "kurs",
        "kurse",
        "unterstützung",
        "widerstand",
        "heute",
        "gestern",
        "vortag",
        "schlusskurs",
        "wöchentlich",
        "täglich",
        "journalier",
        "hebdomadaire",
        "mensuel",
        "graphique",
        "niveaux",
        "cours",
        "semaine",
        "hier",
        "settimanale",
        "giornaliero",
        "mensile",
        "prezzo",
        "livelli",
        "diário",
        "preço",
        "níveis",
        "gráfico",
        "grafico",
    ]
)
"""Words of the trade that no English sentence has; one is enough, beside tickers above all."""
_COURTESY = frozenset(
    [
        "hola",
        "gracias",
        "buenos",
        "buenas",
        "ayuda",
        "danke",
        "hallo",
        "servus",
        "hilfe",
        "merci",
        "bonjour",
        "salut",
        "ciao",
        "grazie",
        "obrigado",
        "obrigada",
        "olá",
    ]
)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|¿")

_PHRASES: dict[str, tuple[tuple[str, str], ...]] = {
    "Spanish": (
        (r"m[áa]ximos? (?:y (?:el )?m[íi]nimos? )?(?:de|del d[íi]a de) ayer|m[áa]ximo del d[íi]a anterior", "previous day high"),
        (r"m[íi]nimos? (?:de|del d[íi]a de) ayer|m[íi]nimo del d[íi]a anterior", "previous day low"),
        (r"cierre (?:de ayer|anterior)", "previous close"),
        (r"m[áa]ximo (?:del |de )?(?:premarket|pre-?mercado|preapertura)", "premarket high"),
        (r"m[íi]nimo (?:del |de )?(?:premarket|pre-?mercado|preapertura)", "premarket low"),
        (r"m[áa]ximo (?:de )?52 semanas|m[áa]ximo anual", "52 week high"),
        (r"m[íi]nimo (?:de )?52 semanas|m[íi]nimo anual", "52 week low"),
        (r"media m[óo]vil de (\d+)(?: d[íi]as| sesiones| per[íi]odos)?", r"\1 day moving average"),
        (r"qu[ée] (?:puedes|sabes) hacer|en qu[ée] (?:me )?puedes ayudar(?:me)?|qui[ée]n eres", "what can you do"),
        (r"(?:debo|debería|deberia|conviene) comprar", "should i buy"),
        (r"(?:debo|debería|deberia) vender", "should i sell"),
        (r"(?:va a )(?:subir|bajar)|subir[áa]|bajar[áa]", "will go up"),
        (r"c[óo]mo (?:est[áa]|va|anda|le va a)", "how is"),
        (r"a cu[áa]nto (?:est[áa]|cotiza)|cu[áa]nto (?:vale|cuesta|est[áa])|cotizaci[óo]n", "price"),
        (r"esta semana", "this week"), (r"por favor", "please"), (r"a qu[ée] hora", "when"),
        (r"d[óo]nde (?:est[áa]|est[áa]n|anda)", "where is"),
        (r"m[áa]ximos?", "high"), (r"m[íi]nimos?", "low"), (r"soportes?", "support"),
        (r"resistencias?", "resistance"), (r"niveles|nivel", "levels"), (r"precio", "price"),
        (r"gr[áa]fic[oa]|velas", "chart"), (r"ayer", "yesterday"), (r"hoy", "today"), (r"ma[ñn]ana", "tomorrow"),
        (r"bolsa|mercado", "market"), (r"abiert[oa]s?", "open"), (r"cerrad[oa]s?", "closed"),
        (r"abre", "open"), (r"cierra", "close"), (r"cerr[óo]|cierre", "close"), (r"abri[óo]|apertura", "open"),
        (r"mu[ée]strame|ens[ée][ñn]ame|ponme|pon", "show me"), (r"dame|dime", "give me"),
        (r"compara(?:r)?", "compare"), (r"semanal(?:es)?", "weekly"), (r"mensual(?:es)?", "monthly"), (r"diari[oa]s?", "daily"),
        (r"minutos", "minutes"), (r"horas?", "hour"), (r"viernes", "friday"), (r"lunes", "monday"),
        (r"martes", "tuesday"), (r"mi[ée]rcoles", "wednesday"), (r"jueves", "thursday"),
        (r"pivotes?", "pivots"), (r"hola", "hello"), (r"gracias", "thanks"), (r"ayuda", "help"), (r"navidad", "christmas"),
        (r"cu[áa]ndo", "when"), (r"qu[ée]", "what"), (r"cu[áa]l(?:es)?", "what"), (r"feriado|festivo", "holiday"),
        (r"est[áa]n?|son|es|tiene|acci[óo]n(?:es)?", "is"), (r"d[óo]nde", "where"), (r"y", "and"), (r"o", "or"),
        (r"de|del|la|el|los|las|en|para|por|al|un|una|me|sobre|con|su", " "),
    ),
    "German": (
        (r"hoch (?:von|vom) gestern|gestrige[sn]? hoch|vortageshoch|hoch des vortags", "previous day high"),
        (r"tief (?:von|vom) gestern|gestrige[sn]? tief|vortagestief|tief des vortags", "previous day low"),
        (r"schlusskurs (?:von|vom) gestern|gestrige[rn]? schlusskurs|vortagesschluss(?:kurs)?", "previous close"),
        (r"vorb[öo]rsliche[sn]? hoch|vorb[öo]rsenhoch", "premarket high"),
        (r"vorb[öo]rsliche[sn]? tief|vorb[öo]rsentief", "premarket low"),
        (r"52[- ]?wochen[- ]?hoch|jahreshoch", "52 week high"), (r"52[- ]?wochen[- ]?tief|jahrestief", "52 week low"),
        (r"tages-?(?:chart|grafik)", "daily chart"), (r"wochen-?(?:chart|grafik)", "weekly chart"), (r"monats-?(?:chart|grafik)", "monthly chart"),
        (r"stunden-?(?:chart|grafik)", "hourly chart"), (r"(\d+)-?minuten-?(?:chart|grafik)", r"\1 minute chart"), (r"nein", "no"),
        (r"(\d+)[- ]tage[- ](?:linie|durchschnitt|schnitt)", r"\1 day moving average"),
        (r"was kannst du(?: alles)?|wer bist du|wobei kannst du(?: mir)? helfen", "what can you do"),
        (r"soll(?:te)? ich (.+?) kaufen", r"should i buy \1"), (r"soll(?:te)? ich (.+?) verkaufen", r"should i sell \1"),
        (r"wird (.+?) (?:weiter )?(?:steigen|fallen)", r"will \1 go up"),
        (r"wie (?:steht|stehen|l[äa]uft|geht es)", "how is"), (r"wo (?:steht|stehen)", "price of"),
        (r"wo (?:liegt|liegen|ist|sind)", "where is"), (r"wie viel kostet|was kostet", "price of"),
        (r"(?:in )?diese[rn]? woche", "this week"), (r"(?:in )?diese[rnm]? monat", "this month"), (r"wochen-?pivots", "weekly pivots"),
        (r"unterst[üu]tzung(?:en|s)?(?:zonen|marken)?", "support"), (r"widerst[äa]nde?s?|widerstand", "resistance"),
        (r"(?:kurs)?marken|niveaus|schl[üu]sselmarken|kursniveaus", "levels"), (r"aktienkurs|kurs|preis", "price"),
        (r"b[öo]rsen?|markt|m[äa]rkte", "market"), (r"offen|ge[öo]ffnet", "open"), (r"geschlossen|zu", "closed"),
        (r"[öo]ffnet|er[öo]ffnung", "open"), (r"schlie(?:ß|ss)t|schluss(?:kurs)?|geschlossen", "close"),
        (r"gestern", "yesterday"), (r"heute", "today"), (r"morgen", "tomorrow"), (r"vorgestern", "day before yesterday"),
        (r"zeige?(?: mir)?", "show me"), (r"gib mir", "give me"), (r"vergleiche?", "compare"), (r"w[öo]chentlich\w*|wochen", "weekly"),
        (r"t[äa]glich\w*|tages", "daily"), (r"monatlich\w*", "monthly"), (r"st[üu]ndlich\w*", "hourly"), (r"minuten", "minutes"), (r"stunden?", "hour"),
        (r"montags?", "monday"), (r"dienstags?", "tuesday"), (r"mittwochs?", "wednesday"),
        (r"donnerstags?", "thursday"), (r"freitags?", "friday"), (r"karfreitag", "good friday"), (r"weihnachten", "christmas"), (r"heiligabend", "christmas eve"),
        (r"pivot-?punkte?", "pivots"), (r"hallo|guten (?:tag|morgen)|servus", "hello"), (r"danke(?: sch[öo]n)?", "thanks"), (r"hilfe", "help"),
        (r"wann", "when"), (r"was", "what"), (r"welche[rs]?", "which"), (r"wo", "where"), (r"wie", "how"), (r"feiertag", "holiday"),
        (r"ist|sind|hat", "is"), (r"bitte", "please"), (r"und", "and"), (r"oder", "or"),
        (r"hoch", "high"), (r"tief", "low"),
        (r"der|die|das|den|dem|des|f[üu]r|bei|beim|von|vom|am|im|in|auf|ein|eine|einen|mir|aktie|mit|seinem", " "),
    ),
    "French": (
        (r"plus haut d'hier|plus haut de la veille", "previous day high"), (r"plus bas d'hier|plus bas de la veille", "previous day low"),
        (r"cl[ôo]ture (?:d'hier|de la veille|pr[ée]c[ée]dente)", "previous close"),
        (r"(?:que|qu'est-ce que|qu'est ce que) (?:peux-?\s?tu|tu (?:peux|sais)) faire|que sais-?\s?tu faire|qui es-?\s?tu", "what can you do"),
        (r"(?:dois|devrais)-?\s?je acheter", "should i buy"), (r"(?:dois|devrais)-?\s?je vendre", "should i sell"),
        (r"[àa] quelle heure", "when"), (r"comment (?:va|se porte)", "how is"), (r"combien (?:vaut|co[ûu]te)", "price of"),
        (r"s'il (?:vous|te) pla[îi]t|svp", "please"), (r"moyenne mobile (?:[àa] )?(\d+)(?: jours)?", r"\1 day moving average"),
        (r"cours|prix", "price"), (r"niveaux?(?: cl[ée]s?)?", "levels"), (r"hier", "yesterday"), (r"aujourd'hui", "today"), (r"demain", "tomorrow"),
        (r"march[ée]s?|bourse", "market"), (r"ouvert[es]*|ouvre", "open"), (r"ferm[ée]e?|ferme|cl[ôo]ture", "close"),
        (r"r[ée]sistances?", "resistance"), (r"supports?", "support"), (r"graphique", "chart"), (r"montre(?:z)?[- ]moi|montre", "show me"),
        (r"comparer?", "compare"), (r"hebdomadaires?|hebdo", "weekly"), (r"mensuels?", "monthly"), (r"journali(?:er|ère)s?|quotidien(?:ne)?s?", "daily"), (r"cette semaine", "this week"), (r"bonjour|salut", "hello"), (r"merci", "thanks"),
        (r"plus haut", "high"), (r"plus bas", "low"), (r"quels?|quelles?", "what"), (r"o[ùu]", "where"), (r"quand", "when"),
        (r"vendredi", "friday"), (r"lundi", "monday"), (r"mardi", "tuesday"), (r"mercredi", "wednesday"), (r"jeudi", "thursday"),
        (r"est|sont", "is"), (r"et", "and"), (r"no[ëe]l", "christmas"), (r"l'action|l'|d'", " "),
        (r"le|la|les|du|des|de|un|une|pour|sur|en|au|action", " "),
    ),
    "Italian": (
        (r"massimo di ieri", "previous day high"), (r"minimo di ieri", "previous day low"), (r"chiusura (?:di ieri|precedente)", "previous close"),
        (r"cosa (?:sai|puoi) fare|chi sei", "what can you do"), (r"(?:dovrei|devo|conviene) comprare", "should i buy"), (r"(?:dovrei|devo) vendere", "should i sell"),
        (r"come (?:sta|va)(?: andando)?", "how is"), (r"quanto (?:vale|costa|quota)", "price of"), (r"per favore", "please"), (r"a che ora", "when"),
        (r"prezzo|quotazione", "price"), (r"livell[io](?: chiave)?", "levels"), (r"ieri", "yesterday"), (r"oggi", "today"), (r"domani", "tomorrow"),
        (r"borsa|mercat[oi]", "market"), (r"apert[oaie]|apre", "open"), (r"chius[oaie]|chiude|chiusura", "close"), (r"resistenz[ae]", "resistance"),
        (r"support[oi]", "support"), (r"grafico", "chart"), (r"mostrami|fammi vedere", "show me"), (r"dammi", "give me"), (r"confronta", "compare"),
        (r"questa settimana", "this week"), (r"settimanal[ei]", "weekly"), (r"mensil[ei]", "monthly"), (r"giornalier[oi]", "daily"), (r"ciao|buongiorno", "hello"), (r"grazie", "thanks"), (r"massimo", "high"), (r"minimo", "low"), (r"minuti", "minutes"),
        (r"qual[ei]?|che|cosa", "what"), (r"dove", "where"), (r"quando", "when"), (r"è|sono", "is"), (r"e", "and"),
        (r"il|lo|la|i|gli|le|di|del|della|dello|per|su|sul|a|un|una|al", " "),
    ),
    "Portuguese": (
        (r"m[áa]xim[oa] de ontem", "previous day high"), (r"m[íi]nim[oa] de ontem", "previous day low"), (r"fechamento (?:de ontem|anterior)", "previous close"),
        (r"o que voc[êe] (?:pode|sabe|consegue) fazer|quem [ée] voc[êe]", "what can you do"), (r"(?:devo|deveria) comprar", "should i buy"), (r"(?:devo|deveria) vender", "should i sell"),
        (r"como (?:est[áa]|vai)", "how is"), (r"quanto (?:custa|vale|est[áa])", "price of"), (r"por favor", "please"), (r"a que horas", "when"),
        (r"pre[çc]o|cota[çc][ãa]o", "price"), (r"n[íi]ve(?:is|l)", "levels"), (r"ontem", "yesterday"), (r"hoje", "today"), (r"amanh[ãa]", "tomorrow"),
        (r"bolsa|mercado", "market"), (r"abert[oa]|abre", "open"), (r"fechad[oa]|fecha|fechou|fechamento", "close"), (r"resist[êe]ncias?", "resistance"),
        (r"suportes?", "support"), (r"gr[áa]fico", "chart"), (r"mostr[ae](?:-me)?", "show me"), (r"compar[ae]r?", "compare"), (r"esta semana", "this week"), (r"semana(?:l|is)", "weekly"), (r"mensa(?:l|is)", "monthly"), (r"di[áa]ri[oa]s?", "daily"),
        (r"ol[áa]|oi", "hello"), (r"obrigad[oa]", "thanks"), (r"m[áa]xim[oa]", "high"), (r"m[íi]nim[oa]", "low"), (r"minutos", "minutes"),
        (r"qual|quais|que", "what"), (r"onde", "where"), (r"quando", "when"), (r"est[áa]|[ée]|s[ãa]o", "is"), (r"e", "and"),
        (r"o|a|os|as|do|da|dos|das|de|no|na|em|para|por|um|uma", " "),
    ),
}  # fmt: skip
_COMPILED = {
    language: [
        (re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), gloss)
        for pattern, gloss in phrases
    ]
    for language, phrases in _PHRASES.items()
}


def language_of(text: str) -> str:
    """The foreign language a question is written in, empty for English or when in doubt."""
    words = _WORD.findall(text.lower())
    if not words:
        return ""
    english = sum(word in _ENGLISH for word in words)
    scores = {
        language: sum(_weight(word) if word in signs else 0 for word in words)
        for language, signs in _SIGN_SETS.items()
    }
    best = max(scores, key=lambda language: scores[language])
    enough = 1 if words[0] in _COURTESY and len(words) <= 3 else 1.5 if len(words) <= 2 else 2
    return best if scores[best] >= enough and scores[best] > english else ""


def _weight(word: str) -> float:
    if word in _UNMISTAKABLE:
        return 2
    return 1 if word.isascii() else 1.5


def gloss(text: str) -> Glossed:
    """The question with the words of its language replaced by English ones."""
    language = language_of(text)
    if not language:
        return Glossed(text)
    for pattern, english in _COMPILED[language]:
        text = pattern.sub(partial(_kept, english=english), text)
    return Glossed(re.sub(r"[¿¡]|\s+", " ", text).strip(), language)


def _kept(match: re.Match[str], *, english: str) -> str:
    """Leave an upper-case word alone: in a foreign sentence it is a ticker."""
    word = match[0]
    if word.isupper() and word.isalpha() and len(word) > 1:
        return word
    return match.expand(english)
