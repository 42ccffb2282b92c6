"""What a person wrote in a reply: quotes, signatures and HTML are left out, in any language."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outreach_core.mapping import own_words
from outreach_core.mapping.reply_text import reply_text

OURS = "Would you be interested? If not, reply STOP."
# "wrote" in Turkish ends in an i without a dot
YAZDI = "yazd\u0131"

ATTRIBUTIONS = [
    "On Thu, Nov 12, 2026 at 10:15 AM Ada Lale <ada@example.com> wrote:",
    "On Thu, Nov 12, 2026 at 10:15 AM Ada Lale <\nada@example.com> wrote:",
    "On 12 Nov 2026, at 10:15, Ada Lale <ada@example.com> wrote:",
    "On 2026-11-12 10:15, Ada Lale wrote:",
    "Ada Lale <ada@example.com> wrote:",
    "2026-11-12 10:15 GMT+03:00 Ada Lale <ada@example.com>:",
    f"Ada Lale <ada@example.com>, 12 Kas 2026 Per, 10:15 tarihinde \u015funu {YAZDI}:",
    f"12 Kas 2026 Per 10:15 tarihinde Ada Lale <ada@example.com> \u015funu {YAZDI}:",
    f"12 Kas 2026 Per 10:15 tarihinde Ada Lale \u015funu {YAZDI}:",
    f"Ada Lale <ada@example.com> \u015funlar\u0131 {YAZDI} (12 Kas 2026 10:15):",
    "Am Do., 12. Nov. 2026 um 10:15 Uhr schrieb Ada Lale <ada@example.com>:",
    "Am Do., 12. Nov. 2026 um 10:15 Uhr schrieb Ada Lale <\nada@example.com>:",
    "Le jeu. 12 nov. 2026 à 10:15, Ada Lale <ada@example.com> a écrit :",
    "El jue, 12 nov 2026 a las 10:15, Ada Lale (<ada@example.com>) escribió:",
    "Il giorno gio 12 nov 2026 alle ore 10:15 Ada Lale <ada@example.com> ha scritto:",
    "Em qui., 12 de nov. de 2026 às 10:15, Ada Lale <ada@example.com> escreveu:",
    "Op do 12 nov. 2026 om 10:15 schreef Ada Lale <ada@example.com>:",
]
HEADERS = [
    "From: Ada Lale <ada@example.com>\nSent: Thursday\nTo: info@example.org\nSubject: An idea",
    "________________________________\nFrom: Ada Lale\nSent: Thursday\nTo: you\nSubject: An idea",
    "*From:* Ada Lale\n*Date:* Thursday\n*To:* you\n*Subject:* An idea",
    "Von: Ada Lale\nGesendet: Donnerstag\nAn: Sie\nBetreff: Idee",
    "De : Ada Lale\nEnvoyé : jeudi\nÀ : vous\nObjet : une idée",
    "De: Ada Lale\nEnviado el: jueves\nPara: usted\nAsunto: una idea",
    "De: Ada Lale\nEnviado: quinta-feira\nPara: vocês\nAssunto: uma ideia",
    "Da: Ada Lale\nInviato: giovedì\nA: voi\nOggetto: un'idea",
    "Kimden: Ada Lale\nGönderilme: 12 Kas 2026\nKime: siz\nKonu: bir fikir",
    "-----Original Message-----",
    "---------- Forwarded message ---------",
    "-----Özgün İleti-----",
    "-----Ursprüngliche Nachricht-----",
    "-----Message d'origine-----",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Mensagem original-----",
    "Begin forwarded message:",
]


@pytest.mark.parametrize("begins", [*ATTRIBUTIONS, *HEADERS])
def test_what_follows_the_beginning_of_a_quote_is_not_own(begins: str) -> None:
    """A line that says who wrote the original ends the person's words, in every language."""
    assert "Not for us." == own_words(f"Not for us.\n\n{begins}\n\n{OURS}\n\n{OURS}")


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_words_below_a_marked_quote_are_own(attribution: str) -> None:
    """Who answers below the original is heard, and so is who answers between its lines."""
    text = f"{attribution}\n\n> {OURS}\n> Ada\n\nNo thanks.\n\n> P.S.\n\nReally not."

    assert "No thanks.\n\nReally not." == own_words(text)


def test_a_quote_on_the_same_line_is_left_out() -> None:
    """A mail shown as one line, as Gmail's snippets are, loses its quote too."""
    text = f"Yes On Thu, Nov 12, 2026 at 10:15 AM Ada <ada@example.com> wrote: > {OURS}"

    assert "Yes" == own_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "On the whole I like what you wrote: it is short.",
        "You wrote: call me. I will.",
        "From: nine to five. To: whom?",
        "Price < 100 and size > 5",
        "I <really> like it <3",
        "5 -- 6 weeks -- no more",
    ],
)
def test_own_words_that_look_like_a_quote_stay(text: str) -> None:
    """Words of the person's own are not taken for marks."""
    assert text == own_words(text)


def test_the_second_half_of_a_broken_quoted_line_may_be_ours() -> None:
    """A mail program broke a long quoted line: its rest is neither the person's word nor lost."""
    text = (
        "Hi\n\n> a long line of the original mail that some program has broken into two lines\n"
        "let's talk"
    )

    assert ("Hi", "let's talk") == (reply_text(text).own, reply_text(text).margin)


SIGNED = [
    "\n-- \nLee Example\nNever miss an offer",
    "\n--\nLee Example",
    "\n\nSent from my iPhone",
    "\nGet Outlook for iOS",
    "\niPhone'umdan gönderildi",
    "\nVon meinem iPhone gesendet",
    "\nEnvoyé de mon iPhone",
    "\nEnviado desde mi iPhone",
    "\nInviato da iPhone",
    "\nEnviado do meu iPhone",
    "\n\nBest regards,\nLee\nLet's talk about hotels",
    "\n\nSayg\u0131lar\u0131mla\nDeniz",
    "\nMit freundlichen Grüßen\nK. Beispiel",
    "\nCordialement,\nLee",
    "\nUn saludo\nLee",
    "\nThis email and any attachments are confidential. If you are not the recipient, delete it.",
]


@pytest.mark.parametrize("signature", SIGNED)
def test_a_signature_is_not_own(signature: str) -> None:
    """What stands below the reply by itself is nobody's answer."""
    assert "Thanks, no." == own_words(f"Thanks, no.{signature}")


def test_below_a_closing_line_words_go_to_the_margin() -> None:
    """A signature can hold an answer to speak against a yes; a postscript is the person's own."""
    found = reply_text("Hi\n\nRegards\nLee\nNot a morning person\nPS: no more mails please")

    assert "Hi\n\nPS: no more mails please" == found.own
    assert "Regards\nLee\nNot a morning person" == found.margin


HTML = [
    ("<p>No <b>thanks</b>.</p>", "No thanks."),
    ("<div>One</div><div>Two</div>", "One\nTwo"),
    ("One<br>Two<BR/>Three", "One\nTwo\nThree"),
    ("<p>One</p><b></b><div>Two</div><div><br></div><div>Three</div>", "One\nTwo\n\nThree"),
    ("I&#39;m &uuml;ber&nbsp;it &amp; gone", "I'm über\xa0it & gone"),
    ("<style>p {color: red}</style><script>yes()</script>No", "No"),
    ("<title>Yes</title><!-- yes --><![if !mso]>No<![endif]>", "No"),
    ("No<blockquote type=cite><p>Yes <blockquote>Yes</blockquote> Yes</p></blockquote>", "No"),
    ('No<div class="gmail_quote">Yes <div>Yes</div></div>', "No"),
    ('No<div class="yahoo_quoted">Yes</div>', "No"),
    ('No<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From</div><p>Yes</p>', "No"),
    ('No<div class="gmail_signature">Yes</div>', "No"),
    ("<blockquote>Yes</blockquote><p>No</p>", "No"),
    ("No<blockquote>Yes", "No"),
    ("No &lt;b&gt;", "No <b>"),
    ("No <ada@example.com>", "No <ada@example.com>"),
    ("&#" + "9" * 5_000 + ";No", "No"),
    ("<!-- never closed <b>No</b>", "never closed No"),
]


@pytest.mark.parametrize(("source", "expected"), HTML)
def test_html_is_read_as_a_reader_sees_it(source: str, expected: str) -> None:
    """Tags, styles, quotes and signatures go; what is seen stays, a block a line."""
    assert expected == own_words(source)


def test_an_attribution_in_html_goes_with_its_quote() -> None:
    """Thunderbird's and Apple's attribution stands outside the quoted element."""
    text = (
        "<div>On 12 Nov 2026, at 10:15, Ada &lt;ada@example.com&gt; wrote:</div><br>"
        "<blockquote type=cite>Yes?</blockquote><div>No.</div>"
    )

    assert "No." == own_words(text)


def test_blank_means_no_words() -> None:
    """A cell with only spaces, marks of HTML or a quote holds no answer."""
    blank = ["", "  \n\t", "<div><br></div>", f"> {OURS}", f"{ATTRIBUTIONS[0]}\n{OURS}"]

    assert [""] * len(blank) == [own_words(text) for text in blank]


NASTY = [
    *("<", ">", "\n", "\r\n", "&", "&#", "--", "\n> ", "wrote:", "On 1 ", "From:", "Subject: x\n"),
    *("<!--", "-->", "<div>", "</div>", "<blockquote>", "</blockquote>", "<a ", '"', "schrieb "),
    *("12 Kas 2026 ", "yes", "not", "?", ". ", ", ", "\u0130", "\u0315", "\u2028", "\0", "\ud800"),
]


@settings(max_examples=300, deadline=None)
@given(st.text() | st.lists(st.sampled_from(NASTY), max_size=60).map("".join))
@example("<b>&#x110000;")
def test_no_text_makes_it_fail(text: str) -> None:
    """Whatever a cell holds, there is an answer, and it is not longer than what unescaping gives."""
    own = own_words(text)

    assert own == own.strip()
    assert len(own) <= len(html.unescape(text)) + text.count("<")


@pytest.mark.parametrize(
    "piece", [*NASTY, "<a b=", "<a b='>", "</", "&lt;", "From:\n", "-", "a", " "]
)
def test_the_longest_cell_takes_no_time(piece: str) -> None:
    """50,000 characters made to be slow take well under a second (a quadratic reading takes many)."""
    text = (piece * 50_000)[:50_000]
    begun = time.perf_counter()
    own_words(text)

    assert time.perf_counter() - begun < 1
