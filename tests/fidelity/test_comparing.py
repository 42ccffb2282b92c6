"""What counts as a difference between two answers, and what an excuse covers."""

from __future__ import annotations

from pathlib import Path

import pytest

from fidelity.async_bodies import data, sent
from fidelity.comparing import differences
from fidelity.excuses import Excuse, Excuses, Place, load
from fidelity.ids import Ids
from fidelity.recording import Answer

UUID = "0d1c7c2e-0000-4000-8000-00000000000{}"
AT = "2026-01-01T00:00:0{}.123Z"


def found(recorded: object, ours: object, ids: Ids | None = None) -> list[tuple[str, str]]:
    """Kinds and places of the differences of two bodies."""
    pair = Answer(200, recorded), Answer(200, ours)
    return [(d.kind.value, d.where) for d in differences(*pair, ids or Ids())]


@pytest.mark.parametrize(
    ("recorded", "ours", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {}, [("missing", "body/a")]),
        ({}, {"a": 1}, [("extra", "body/a")]),
        ({"a": 1}, {"a": "1"}, [("type", "body/a")]),
        ({"a": None}, {"a": ""}, [("type", "body/a")]),
        ({"a": True}, {"a": 1}, [("type", "body/a")]),
        ({"a": "x"}, {"a": "y"}, [("value", "body/a")]),
        ([1, 2], [1], [("members", "body")]),
        ([{"id": "1"}], [{"id": "2"}], [("members", "body")]),
        ([{"id": "1"}, {"id": "2"}], [{"id": "2"}, {"id": "1"}], [("order", "body")]),
        ([{"id": "1", "a": 1}], [{"id": "1", "a": 2}], [("value", "body/*/a")]),
        (f"of {UUID.format(1)}", f"of {UUID.format(2)}", []),
        (AT.format(1), AT.format(9), []),
        (AT.format(1), "2026-01-01T00:00:01Z", [("moment", "body")]),
        (AT.format(1), "2026-01-01T00:02:01.123Z", [("moment", "body")]),
    ],
)
def test_each_kind_of_difference_is_seen(
    recorded: object, ours: object, expected: list[tuple[str, str]]
) -> None:
    """Keys, types, values, members and order; UUIDs by form, moments nearly."""
    assert expected == found(recorded, ours)


def test_status_and_headers_are_compared() -> None:
    """Another status is the only difference told; header names and media types count."""
    recorded = Answer(200, {}, {"date": "x", "x-one": "1", "content-type": "text/html"})
    ours = Answer(200, {}, {"x-two": "1", "content-type": "application/json;charset=utf-8"})
    kinds = [(d.kind.value, d.where) for d in differences(recorded, ours, Ids())]

    assert [
        ("missing", "header/x-one"),
        ("extra", "header/x-two"),
        ("value", "header/content-type"),
    ] == kinds
    assert ["status"] == [d.kind.value for d in differences(recorded, Answer(500, "x"), Ids())]
    assert ["not built"] == [d.kind.value for d in differences(recorded, Answer(501, "x"), Ids())]


def test_ids_are_learned_and_carried_over() -> None:
    """Shuffled answers are paired by what people know records by; texts are rewritten too."""
    ids = Ids()
    recorded = [{"id": f"7{n}00", "properties": {"email": f"{n}@example.com"}} for n in (1, 2)]
    ours = [{"id": f"9{n}00", "properties": {"email": f"{n}@example.com"}} for n in (2, 1)]
    ids.learn(recorded, ours)

    assert "of 9100 and 9200, not 71001" == ids.ours("of 7100 and 7200, not 71001")
    assert [("order", "body")] == found(recorded, ours, ids)


def test_an_excuse_covers_its_place_alone() -> None:
    """Every field of a line is a pattern of its own; what was not needed is told."""
    excuse = Excuse("hubspot", "extra", "body/*/url", "because", session="a#*")
    excuses = Excuses([excuse])
    place = Place("hubspot", "b#1", "objects.get", "extra", "body/results/url")

    assert (False, [excuse]) == (excuses.cover(place), excuses.unneeded(["hubspot"]))
    assert excuses.cover(Place("hubspot", "a#1", "objects.get", "extra", "body/results/url"))
    assert ([], []) == (excuses.unneeded(["hubspot"]), excuses.unneeded(["google"]))


@pytest.mark.parametrize("line", ['reason = " "', 'reason = "x"\nwhy = "y"'])
def test_an_excuse_without_a_reason_is_an_error(tmp_path: Path, line: str) -> None:
    """So is one with a field nobody reads."""
    path = tmp_path / "list.toml"
    path.write_text(f'[[replay]]\nvendor = "google"\nkind = "x"\nwhere = "y"\n{line}\n')
    with pytest.raises(ValueError, match="no reason"):
        load("replay", path)


def test_bodies_of_the_bulk_api_are_compared_as_data() -> None:
    """XML and result files as what they say; a sent file without the marks of its chunks."""
    listed = '<?xml version="1.0"?><batchInfoList xmlns="x"><batchInfo><id>1</id></batchInfo></batchInfoList>'

    assert {"batchInfoList": [{"id": "1"}]} == data(listed)
    assert [{"Id": "1", "Success": "true"}] == data('"Id","Success"\n"1","true"\n')
    assert ({"a": 1}, "text") == (data({"a": 1}), data("text"))
    assert '"Name"\r\n"x"\r\n' == sent('8\r\n"Name"\r\n\r\n5\r\n"x"\r\n\r\n0\r\n\r\n')
    assert (None, "LastName\nx") == (sent(None), sent("LastName\nx"))
