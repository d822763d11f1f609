"""The tables of the facts beside the records, each kept with history as `record_version` is."""

from __future__ import annotations

import datetime

from sqlalchemy import BigInteger, Date, Float, ForeignKey, Identity, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exemptions.models import Base, BigId


class Fact:
    """What every fact has: a number, the batch it came with, and the span of releases that it holds for."""

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    batch: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    from_release: Mapped[int] = mapped_column(Integer)
    to_release: Mapped[int | None] = mapped_column(Integer, index=True)


class OfRecord:
    """A fact about one benefit, named by the record's key."""

    nit: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(20))
    resolution: Mapped[str] = mapped_column(String(120))


class FactJobs(Fact, OfRecord, Base):
    """Jobs of a benefit in a year (2025) or a quarter (2025-T3)."""

    __tablename__ = "fact_jobs"

    period: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    jobs: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str | None] = mapped_column(Text)


class FactAmounts(Fact, OfRecord, Base):
    """Tax not paid under a benefit in a year, by tax and mechanism; corrections may be negative."""

    __tablename__ = "fact_amounts"

    year: Mapped[int] = mapped_column(Integer)
    tax: Mapped[str] = mapped_column(String(20))
    mechanism: Mapped[str] = mapped_column(String(20))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str | None] = mapped_column(Text)


class FactEnergy(Fact, Base):
    """A renewable-energy project behind a benefit."""

    __tablename__ = "fact_energy"

    nit: Mapped[str] = mapped_column(String(20))
    resolution: Mapped[str] = mapped_column(String(120))
    project: Mapped[str] = mapped_column(Text)
    technology: Mapped[str | None] = mapped_column(String(40))
    capacity_kw: Mapped[int | None] = mapped_column(BigInteger)
    municipality: Mapped[str | None] = mapped_column(String(4))
    valid_from: Mapped[datetime.date | None] = mapped_column(Date)
    valid_until: Mapped[datetime.date | None] = mapped_column(Date)
    unresolved: Mapped[str | None] = mapped_column(Text)


class FactEvent(Fact, OfRecord, Base):
    """What an authority did to a benefit after granting it."""

    __tablename__ = "fact_event"

    event: Mapped[str] = mapped_column(String(20))
    date: Mapped[datetime.date] = mapped_column(Date)
    until: Mapped[datetime.date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(Text)
    legal_basis: Mapped[str | None] = mapped_column(Text)


class FactExpenditure(Fact, Base):
    """One official estimate of tax expenditure; its partitions are alternatives and are never added together."""

    __tablename__ = "fact_expenditure"

    year: Mapped[int] = mapped_column(Integer)
    tax: Mapped[str | None] = mapped_column(String(20))
    partition: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    report: Mapped[str] = mapped_column(Text)
    method_version: Mapped[str | None] = mapped_column(Text)
    group: Mapped[str | None] = mapped_column(Text)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    pct_gdp: Mapped[float | None] = mapped_column(Float)
    note: Mapped[str | None] = mapped_column(Text)
    source_url: Mapped[str | None] = mapped_column(Text)


class FactMacro(Fact, Base):
    """The gross domestic product of a year and its deflator, by which amounts of other years are compared."""

    __tablename__ = "fact_macro"

    year: Mapped[int] = mapped_column(Integer)
    deflator: Mapped[float] = mapped_column(Float)
    base_year: Mapped[int] = mapped_column(Integer)
    gdp_cents: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(Text)
