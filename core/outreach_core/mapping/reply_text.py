"""The words that a person wrote in a reply, apart from quotes, signatures and HTML.

The rule: it takes time in proportion to the text and never fails, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from outreach_core.mapping.reply_html import QUOTED, text_of
from outreach_core.mapping.reply_quotes import LONG_QUOTED, unquoted
from outreach_core.mapping.words import folded

_LINE_BREAKS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")
_LONGEST_SIGN_OFF = 60
_DELIMITERS = frozenset(("--", "—"))


# Everything below is compared folded (``words.folded``): no capitals, accents, apostrophes.
_SENT_FROM = re.compile(
    r"sent (?:from|via|with|using) (?:my |mail |outlook|yahoo|gmail|proton|samsung|mobile)"
    r"|(?:get|download) outlook |outlook .{1,20} (?:edinin|beziehen|holen)"
    r"|.{0,20}(?:iphone|ipad|android|samsung|telefon|outlook|yahoo|gmail|cihaz).{0,20} gonderildi"
    r"|von meinem .{1,20} gesendet|gesendet (?:von|mit) |envoye (?:de mon|depuis)"
    r"|enviado (?:desde|do meu|a partir)|inviato da|verstuurd vanaf"
)
_CLOSINGS = (
    "all the best,best,best regards,best wishes,cheers,kind regards,kindest regards,many thanks,regards,"
    "respectfully,sincerely,sincerely yours,thanks and regards,warm regards,warmly,with kind regards,"
    "yours,yours sincerely,yours truly,"
    "hoscakalin,iyi aksamlar,iyi calismalar,iyi gunler,kolay gelsin,saygilar,saygilarimizla,saygilarimla,"
    "saygilarimi sunarim,selamlar,sevgiler,sevgilerimle,"
    "beste grusse,freundliche grusse,gruss,herzliche grusse,lg,liebe grusse,mfg,mit besten grussen,"
    "mit freundlichem gruss,mit freundlichen grussen,schone grusse,vg,viele grusse,"
    "bien a vous,bien cordialement,cordialement,salutations,"
    "atentamente,atte,saludos,saludos cordiales,un cordial saludo,un saludo,"
    "cordiali saluti,cordialmente,distinti saluti,saluti,"
    "abracos,atenciosamente,cumprimentos"
)
_SIGN_OFFS = frozenset(_CLOSINGS.split(","))
_NOTICES = (
    "confidentiality notice,disclaimer,this e-mail and any,this email and any,this e-mail is confidential,"
    "this email is confidential,this message and any,this message is confidential,"
    "the information contained in this,bu e-posta ve,bu e-postada,bu elektronik posta,bu ileti ve,bu mesaj ve,"
    "yasal uyari,diese e-mail enthalt,diese nachricht enthalt,ce message et,ce message est confidentiel,"
    "este correo electronico y,este mensaje y,este mensaje puede"
)
_DISCLAIMERS = tuple(_NOTICES.split(","))
_POSTSCRIPTS = ("ps ", "ps:", "p.s", "not:", "nb:", "n.b.")


@dataclass(frozen=True, slots=True)
class ReplyText:
    """What is left of a reply.

    Attributes:
        own: What the person wrote.
        margin: What may be theirs or not: below a closing line, or a quoted line that a mail program broke
            in two. It can speak against a yes, never for it.
    """

    own: str
    margin: str


def own_words(text: str) -> str:
    """Return the words a person wrote in a reply, plain text or HTML; blank if there are none."""
    return reply_text(text).own


def reply_text(text: str) -> ReplyText:
    """Take a reply apart."""
    plain = _LINE_BREAKS.sub("\n", text_of(_LINE_BREAKS.sub("\n", text)))
    parts, margin = _parts(unquoted(plain))
    own: list[str] = []
    for part in parts:
        mine, aside = _signed(part, anything_before=bool(own))
        own.extend([*mine, ""] if mine else [])
        margin.extend(aside)
    return ReplyText(_joined(own), _joined(margin))


def _joined(lines: list[str]) -> str:
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _parts(text: str) -> tuple[list[list[str]], list[str]]:
    """Return the lines before, between and after the quotes, and the second halves of quoted lines."""
    parts: list[list[str]] = [[]]
    halves: list[str] = []
    after_long = False
    for line in map(str.strip, text.split("\n")):
        if line.startswith(QUOTED):
            parts.append([])
            after_long = line == LONG_QUOTED
        elif after_long and line:
            halves.append(line)
        else:
            after_long = False
            parts[-1].append(line)
    return parts, halves


def _signed(lines: Iterable[str], *, anything_before: bool) -> tuple[list[str], list[str]]:
    """Tell what is written from what is only signed."""
    mine: list[str] = []
    aside: list[str] = []
    to = mine
    for line in lines:
        plain = folded(line[:_LONGEST_SIGN_OFF]).strip()
        if line in _DELIMITERS or plain.startswith(_DISCLAIMERS):
            break
        if len(line) <= _LONGEST_SIGN_OFF and _SENT_FROM.match(plain):
            continue
        if plain.startswith(_POSTSCRIPTS):
            to = mine
        elif plain.rstrip(" ,.!") in _SIGN_OFFS and (anything_before or any(mine)):
            to = aside
        to.append(line)
    return (mine if any(mine) else []), aside
