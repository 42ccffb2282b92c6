"""What a rule file names must be in the account; what is missing is named with what there is."""

from __future__ import annotations

from typing import Any

import pytest

from outreach_adapters.hubspot.account import (
    AccountFacts,
    PropertyFact,
    check_deals,
    check_key,
    check_options,
    check_readable,
    check_writable,
    facts_of,
)
from outreach_core.errors import ConfigError

STATUS = "hs_lead_status"
PIPELINES: list[dict[str, Any]] = [
    {
        "id": "default",
        "label": "Sales Pipeline",
        "stages": [
            {"id": "appointmentscheduled", "label": "Appointment Scheduled"},
            {"id": "closedwon", "label": "Closed Won"},
        ],
    },
    {"id": "17", "label": "Partners", "stages": []},
]


def facts(*, options: tuple[str, ...] = (), **flags: bool) -> AccountFacts:
    """An account with one property."""
    kind = "enumeration" if options else "string"
    fact = PropertyFact(
        STATUS, kind, flags.get("read_only", False), flags.get("unique", False), options
    )
    return AccountFacts("1", {STATUS: fact})


def test_a_missing_option_is_named_with_those_there_are() -> None:
    """HubSpot would refuse every contact that gets it."""
    with pytest.raises(ConfigError) as stopped:
        check_options(facts(options=("NEW", "OPEN")), STATUS, ["NEW", "WARM", "HOT", "HOT"])

    assert "missing_option" == stopped.value.code
    assert "HubSpot's `hs_lead_status` has no value `HOT`, `WARM`; it has `NEW`, `OPEN`." in str(
        stopped.value
    )


def test_an_option_in_other_letters_is_missing() -> None:
    """HubSpot compares the letters as they are, and would refuse what a milder check let pass."""
    check_options(facts(options=("NEW", "OPEN")), STATUS, ["NEW", "OPEN"])
    with pytest.raises(ConfigError, match="no value `New`"):
        check_options(facts(options=("NEW", "OPEN")), STATUS, ["New"])


def test_an_option_that_is_only_compared_may_be_in_other_letters() -> None:
    """Rules are read without regard to case; a word that is nowhere is missing all the same."""
    check_options(facts(options=("NEW", "OPEN")), STATUS, [], ["new", "Open"])
    with pytest.raises(ConfigError, match="no value `warm`"):
        check_options(facts(options=("NEW", "OPEN")), STATUS, ["NEW"], ["warm"])


def test_a_text_property_takes_any_value() -> None:
    """Only what has a list of choices is compared with it."""
    check_options(facts(), STATUS, ["whatever"])
    check_options(AccountFacts("1", {}), STATUS, ["whatever"])


def test_pipeline_and_stage_that_are_there() -> None:
    """By their internal names."""
    check_deals(PIPELINES, "default", "closedwon")


@pytest.mark.parametrize(
    ("pipeline", "stage", "code", "said"),
    [
        ("sales", "x", "missing_pipeline", "`default` (Sales Pipeline), `17` (Partners)"),
        (
            "default",
            "won",
            "missing_stage",
            "`appointmentscheduled` (Appointment Scheduled), `closedwon` (Closed Won)",
        ),
        ("17", "won", "missing_stage", "it has none"),
        ("Sales Pipeline", "closedwon", "missing_pipeline", "`default` (Sales Pipeline)"),
    ],
    ids=["no pipeline", "no stage", "no stage at all", "a label"],
)
def test_what_deals_lack_is_named_with_what_there_is(
    pipeline: str, stage: str, code: str, said: str
) -> None:
    """Internal name and label, so that the right one can be copied."""
    with pytest.raises(ConfigError) as stopped:
        check_deals(PIPELINES, pipeline, stage)

    assert code == stopped.value.code
    assert said in str(stopped.value)


def test_an_account_without_pipelines() -> None:
    """It is said so."""
    with pytest.raises(ConfigError, match="it has none"):
        check_deals([], "default", "closedwon")


@pytest.mark.parametrize("noun", ["company", "deal"])
def test_a_key_must_be_there_and_unique(noun: str) -> None:
    """The object is named."""
    check_key(facts(unique=True), STATUS, noun)
    with pytest.raises(ConfigError, match=f"HubSpot's {noun} property `{STATUS}` is not unique"):
        check_key(facts(), STATUS, noun)
    with pytest.raises(ConfigError, match=f"HubSpot has no {noun} property `{STATUS}`"):
        check_key(AccountFacts("1", {}), STATUS, noun)


def test_ours_is_provisioned_and_others_are_corrected() -> None:
    """The remedy tells which."""
    with pytest.raises(ConfigError, match="outreach provision hubspot"):
        check_readable(AccountFacts("1", {}), ["outreach_row_id"])
    with pytest.raises(ConfigError, match="correct the rule file"):
        check_readable(AccountFacts("1", {}), ["nickname"])


def test_what_hubspot_writes_itself_is_not_written() -> None:
    """A calculated or read-only property is named."""
    with pytest.raises(ConfigError, match=f"anybody write: {STATUS}"):
        check_writable(facts(read_only=True), [STATUS])


def test_facts_survive_a_bookmark() -> None:
    """Also those of a bookmark from before options were kept."""
    known = facts_of(
        {"portalId": 7},
        [{"name": STATUS, "type": "enumeration", "options": [{"value": "NEW"}]}, {"name": "other"}],
        [STATUS],
    )

    assert known == AccountFacts.from_json(known.to_json())
    assert ("NEW",) == known.properties[STATUS].options
    older = {"portal_id": "7", "properties": {STATUS: ["enumeration", False, False]}}
    assert () == AccountFacts.from_json(older).properties[STATUS].options
