"""Takes what a reply quotes out of its text: ``>`` lines, and what follows an attribution or a header.

The rule: what may be a quote is one. A reply that loses a word of its own is looked at by a person; a quote
that is taken for the person's own words would make a deal of our own question.

    1  lines that begin with ``>``                     are quoted, wherever they stand
    2  "On <date> … wrote:" before such lines          goes with them; what stands below them is own
    3  "On <date> … wrote:" before anything else       begins a quote to the end
    4  "-----Original Message-----" and the like       begins a quote to the end
    5  "From: … Sent: … Subject: …" in one block       begins a quote to the end
"""

from __future__ import annotations

import re
from itertools import islice

from outreach_core.mapping.reply_html import QUOTED

# A mail program that quotes such a line may break it and leave its second half without a ``>``.
LONG_QUOTED = ">>"
_LONG = 60
# (``\w`` stands for the Turkish i without a dot, which people without a Turkish keyboard type with one.)
# An attribution is short and ends in one of these; what begins it is looked for just before that.
_REACH = 240
_MOST = 100
_CLOSES = re.compile(
    r"\b(?:wrote|yazd\w(?:lar)?(?:\s?\([^()\n]{0,60}\))?|a\s[ée]crit|escribi[óo]|ha\sscritto|escreveu"
    r"|(?:schrieb|schreef)\b[^:\n]{0,90}(?:\n[^:\n]{1,60})?|geschrieben|skrev\b[^:\n]{0,90}|napisał(?:\(a\)|a)?)"
    r"\s?:(?=\s|$|>)",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:^|(?<=\s))(?:on|am|le|el|il(?:\s+giorno)?|em|op|den)\s(?=[^\n]{0,24}\d)",
    re.IGNORECASE | re.MULTILINE,
)
# Turkish begins with the date itself, or with the name and the address before it.
_DATE = re.compile(
    r"(?:^[^\n<>]{0,80}<[^\n<>]{3,80}>,?\s+)?\b\d{1,2}[ ./]{1,2}[^\W_]{2,8}[ ./]{1,2}\d{4}\b",
    re.MULTILINE,
)
_ADDRESS = re.compile(r"<[^<>@]{1,64}@[^<>@]{1,90}>")
# Gmail's older form has no verb: "2026-11-12 10:15 GMT+03:00 Ada Lale <ada@example.com>:"
_DATED = re.compile(r"^\d{4}-\d\d-\d\d \d{1,2}:\d\d [^\n<>]{1,90}<[^<>\n]{3,90}>:", re.MULTILINE)

_ORIGINALS = (
    "original message|forwarded message|orijinal mesaj|özgün ileti|iletilen mesaj|iletilmiş mesaj"
    "|yönlendirilen ileti|yönlendirilmiş ileti|ursprüngliche nachricht|weitergeleitete nachricht"
    "|message d'origine|message d’origine|message original|message transféré|mensaje original"
    "|mensaje reenviado|messaggio originale|messaggio inoltrato|mensagem original|mensagem encaminhada"
    "|oorspronkelijk bericht|doorgestuurd bericht"
)
_DIVIDER = re.compile(
    rf"--\s?(?:{_ORIGINALS})\s?--"
    r"|^\s{0,4}(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié"
    r"|inicio del mensaje reenviado|iletilen mesaj\wn başlang\wc\w)\s?:",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER = re.compile(
    r"(?:^|(?<=[\s*]))(?:(?P<sender>from|von|de|da|van|kimden|gönderen)"
    r"|(?P<when>sent|date|gesendet|datum|envoyé|enviado(?:\sel)?|enviada(?:\sem)?|inviato|data|fecha"
    r"|gönderilme|gönderildi|gönderme\starihi|tarih|verzonden)"
    r"|(?P<to>to|an|à|a|para|per|kime|al\wc\w|aan)"
    r"|(?P<subject>subject|betreff|objet|asunto|assunto|oggetto|konu|onderwerp))\s?\*?\s?:",
    re.IGNORECASE | re.MULTILINE,
)
_RULE = "-_* \n"  # what a line across the mail is drawn with
_BLOCK = 500
_OTHER_HEADERS = 6


def unquoted(text: str) -> str:
    """Return the text with ``>`` lines in place of what it quotes (``LONG_QUOTED`` for long lines)."""
    lines = "\n".join(map(_marked, text.split("\n")))
    return _without_headers(_without_attributions(lines))


def _marked(line: str) -> str:
    if not line.lstrip().startswith(QUOTED):
        return line
    return LONG_QUOTED if len(line) >= _LONG else QUOTED


def _without_attributions(text: str) -> str:
    """Case 2 and 3 of the table; a text full of them ends at the hundredth."""
    kept: list[str] = []
    at = 0
    closings = [*islice(_CLOSES.finditer(text), _MOST), *islice(_DATED.finditer(text), _MOST)]
    for closing in sorted(closings, key=re.Match.start):
        begin = _attribution(text, at, closing)
        if begin is None:
            continue
        kept.append(text[at:begin])
        at = _quote_below(text, closing.end())
        kept.append(f"\n{QUOTED}\n")
        if at == len(text):
            break
    else:
        kept.append(text[at:] if len(closings) < _MOST else "")
    return "".join(kept)


def _attribution(text: str, at: int, closing: re.Match[str]) -> int | None:
    """Return where the attribution begins that ends here; ``None`` if somebody just wrote "wrote:"."""
    if closing.re is _DATED:
        return closing.start() if closing.start() >= at else None
    reach = max(at, closing.start() - _REACH)
    for opens in (_OPENS, _DATE):
        openings = list(opens.finditer(text, reach, closing.start()))
        if openings:
            return openings[-1].start()
    begin = max(text.rfind("\n", reach, closing.start()) + 1, reach)
    return begin if _ADDRESS.search(text, begin, closing.end()) else None


def _quote_below(text: str, end: int) -> int:
    """Return where the quote under an attribution ends: after its line, its ``>`` lines, or the text."""
    below = text[end : end + _BLOCK].lstrip()
    if not below.startswith(QUOTED):
        return len(text)
    line_end = text.find("\n", end)
    on_same_line = text[end : line_end if line_end >= 0 else len(text)].strip()
    if on_same_line:
        return line_end if line_end >= 0 else len(text)
    return end


def _without_headers(text: str) -> str:
    """Case 4 and 5 of the table."""
    ends = [len(text)]
    divider = _DIVIDER.search(text)
    if divider:
        ends.append(divider.start())
    headers = list(_HEADER.finditer(text))
    for number, header in enumerate(headers):
        if header["sender"]:
            near = headers[number + 1 : number + 1 + _OTHER_HEADERS]
            kinds = {one.lastgroup for one in near if one.start() < header.start() + _BLOCK}
            if "subject" in kinds and kinds & {"when", "to"}:
                ends.append(header.start())
                break
    cut = min(ends)
    return text if cut == len(text) else f"{text[:cut].rstrip(_RULE)}\n{QUOTED}\n"
