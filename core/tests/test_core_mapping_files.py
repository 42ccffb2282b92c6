"""Mistakes in rule files: every one is told, with its line and a remedy."""

from __future__ import annotations

import pytest

from outreach_core.errors import ConfigError
from outreach_core.mapping import kinds_of, parse_policy, parse_rules
from outreach_core.mapping.yaml_core import compose
from outreach_core.mapping.yaml_text import kind

SHEET = "side: sheet\nfields:\n"
CRM = "side: hubspot\nobject: contacts\nexternal_id: rid\nfields:\n"
KNOWN = kinds_of(
    parse_rules(
        SHEET
        + "  name: {column: A, type: text}\n  mail: {column: B, type: email}\n"
        + "  pick: {column: C, type: choice}\n"
    )
)

# fmt: off
SHEET_MISTAKES = [
    ("", "1: The file is empty."),
    ("- a\n", "1: What should be the file is a list."),
    ("a: [", "This is not YAML."),
    ("fields: {}\n", "1: `side` is missing."),
    ("side: excel\n", "1: `side` has a word that is not known."),
    ("side: sheet\n", "1: `fields` is missing."),
    (SHEET + "  a: {column: X, type: text}\nobject: b\n", "4: `object` is not known in the file."),
    (SHEET + "  a: text\n", "3: What should be field `a` is text."),
    (SHEET + "  a: {column: X, tpye: text}\n", "3: `tpye` is not known in field `a`. Did you mean `type`?"),
    (SHEET + "  a: {column: X, type: txt}\n", "3: `type` has a word that is not known. Did you mean `text`?"),
    (SHEET + "  a: {column: X}\n", "3: `a` has no `type`."),
    (SHEET + "  a: {type: text}\n", "3: `a` has no `column`."),
    (SHEET + "  a: {column: 5, type: text}\n", "3: `column` is a number."),
    (SHEET + "  a: {column: '', type: text}\n", "3: `column` is nothing."),
    (SHEET + "  a: {column: X, type: text}\n  a: {column: Y, type: text}\n", "4: `a` is here twice. Keep line 3"),
    (SHEET + "  a: {column: X, type: text}\n  b: {column: X, type: text}\n", "4: `X` is read by `b` and, in line 3, by `a`."),
    (SHEET + "  A b: {column: X, type: text}\n", "3: `A b` is no field name."),
    (SHEET + "  a: {column: X, type: text, region: GB}\n", "3: `region` is for phones alone."),
    (SHEET + "  a: {column: X, type: phone, region: UK}\n", "3: `region` is not known."),
    (SHEET + "  a: {column: X, type: datetime}\n", "3: `a` is a datetime. Add `time_zone`"),
    ("time_zone: Europe/Nowhere\n" + SHEET + "  a: {column: X, type: text}\n", "1: `time_zone` is not known."),
    (SHEET + "  a: {column: X, type: text, blank: keep}\n", "3: `blank` has a word that is not known."),
]
CRM_MISTAKES = [
    ("side: hubspot\nfields: {}\n", "1: `object` is missing."),
    ("side: hubspot\nobject: contacts\nfields: {}\n", "1: `external_id` is missing."),
    (CRM + "  nmae: {property: p}\n", "5: The sheet's file has no field `nmae`. Did you mean `name`?"),
    (CRM + "  name: {}\n", "5: `name` has no `property`."),
    (CRM + "  name: {property: p, properties: [a, b], join: person_name}\n", "5: `name` has `property` and `properties`."),
    (CRM + "  name: {properties: [a, b]}\n", "5: `properties` is for a first and a last name."),
    (CRM + "  name: {properties: a, join: person_name}\n", "5: `properties` is text. Write a list of names."),
    (CRM + "  name: {properties: [a, a], join: person_name}\n", "5: `a` is read by `name`"),
    (CRM + "  name: {property: p, join: person_name}\n", "5: `join` needs two properties."),
    (CRM + "  name: {property: p, type: text}\n", "5: `type` is not known in field `name`."),
    (CRM + "  name: {property: p}\n  mail: {property: p}\n", "6: `p` is read by `mail` and, in line 5, by `name`."),
    (CRM + "  name: {property: rid}\n", "5: `rid` holds the row's id."),
    (CRM + "  name: {property: p, max_length: long}\n", "5: `max_length` is text."),
    (CRM + "  name: {property: p, max_length: 10.5}\n", "5: `max_length` is a number. Write a whole number."),
    (CRM + "  name: {property: p, overflow_to: q}\n", "5: `overflow_to` stands alone."),
    (CRM + "  mail: {property: p, max_length: 10}\n", "5: `max_length` is for text alone."),
    (CRM + "  mail: {property: p, values: {a: b}}\n", "5: `values` is for choices alone."),
    (CRM + "  pick: {property: p, values: {a: x, b: X}}\n", "5: `b` and `a` would be the same there."),
    (CRM + "  pick: {property: p, values: {a: x, A: y}}\n", "5: `A` stands twice but for its capitals."),
    (CRM + "  name: {property: p, direction: both}\n", "5: `direction` has a word that is not known."),
    (CRM + "  name: {property: p}\nextra: {a: 1}\n", "6: `a` is a number."),
]
POLICY_MISTAKES = [
    ("stratgy: merge\n", "1: `stratgy` is not known in the file. Did you mean `strategy`?"),
    ("strategy: newest\n", "1: `strategy` has a word that is not known."),
    ("merge_fallback: merge\n", "1: `merge_fallback` cannot be merge."),
    ("clock_skew_tolerance: -1\n", "1: `clock_skew_tolerance` is a number. Write a number of at least 0."),
    ("clock_skew_tolerance: .inf\n", "1: `clock_skew_tolerance` is a number."),
    ("guards:\n  floor: many\n", "2: `floor` is text."),
    ("guards:\n  max_changed_pct: 101\n", "2: `max_changed_pct` is above 100."),
    ("guards:\n  exempt_fields: [nmae]\n", "2: The sheet's file has no field `nmae`. Did you mean `name`?"),
    ("first_sync: {preview: false}\n", "1: `first_sync` is not known in the file."),
    ("fields:\n  nmae: {strategy: lww}\n", "2: The sheet's file has no field `nmae`."),
    ("fields:\n  name: lww\n", "2: What should be field `name` is text."),
]
# fmt: on


@pytest.mark.parametrize(("text", "told"), SHEET_MISTAKES)
def test_mistake_in_the_sheets_file(text: str, told: str) -> None:
    """File, line, what is there and what to do."""
    with pytest.raises(ConfigError) as caught:
        parse_rules(text, "sheet.yml")

    assert "bad_rules" == caught.value.code
    assert told in str(caught.value)
    assert str(caught.value).startswith("sheet.yml:")


@pytest.mark.parametrize(("text", "told"), CRM_MISTAKES)
def test_mistake_in_a_crms_file(text: str, told: str) -> None:
    """File, line, what is there and what to do."""
    with pytest.raises(ConfigError) as caught:
        parse_rules(text, "hubspot.yml", KNOWN)

    assert f"hubspot.yml:{told}" in str(caught.value)


@pytest.mark.parametrize(("text", "told"), POLICY_MISTAKES)
def test_mistake_in_the_policy(text: str, told: str) -> None:
    """File, line, what is there and what to do."""
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, "policy.yml", KNOWN)

    assert f"policy.yml:{told}" in str(caught.value)


def test_all_mistakes_are_told_at_once_in_order() -> None:
    """One look at the message is enough to put the whole file right."""
    text = SHEET + "  a: {column: X, type: txt}\n  b: {type: text}\n  c: 5\nmore: 1\n"

    with pytest.raises(ConfigError) as caught:
        parse_rules(text, "f.yml")

    lines = [int(told.split(":")[1]) for told in caught.value.details["mistakes"]]
    assert [3, 4, 6] == sorted({*lines} - {5})
    assert sorted(lines) == lines
    assert 5 in lines


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("no", "text"), ("on", "text"), ("2026-11-25", "text"), ("12:30", "text"), ("'7'", "text"),
        ("007", "a number"), ("1e3", "a number"), (".5", "a number"),
        ("TRUE", "true or false"), ("~", "nothing"), ("", "nothing"),
        ("!!python/object:os.system x", "a special value"),
    ],
)  # fmt: skip
def test_words_mean_what_they_mean_in_yaml_today(text: str, what: str) -> None:
    """`no` is a word, as in a list of phrases, and a date is text; nothing is ever built."""
    (_, value), *_ = compose(f"a: {text}").value

    assert what == kind(value)
