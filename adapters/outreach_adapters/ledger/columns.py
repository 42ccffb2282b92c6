"""The kinds of columns that the ledger's tables are made of, and the metadata they are registered in."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, MetaData, String, Text, text

metadata = MetaData()


def json_column(name: str) -> Column[object]:
    return Column(name, JSON(none_as_null=True))


def text_column(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def side_column() -> Column[str]:
    return Column("side", String(16), primary_key=True)


def flag_column(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))
