"""The table of what options of an underlying said of volatility, a row a session."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Double, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db.rows import Row


class VolatilityDayRow(Row):
    """Owned by no member, and nothing about one: volatilities are fractions a year, open interest is
    in contracts; NULL where there is none."""

    __tablename__ = "volatility_days"

    symbol: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime]
    provider: Mapped[str] = mapped_column(Text)
    at_the_money: Mapped[float | None] = mapped_column(Double)
    realised: Mapped[float | None] = mapped_column(Double)
    call_open_interest: Mapped[int | None] = mapped_column(BigInteger)
    put_open_interest: Mapped[int | None] = mapped_column(BigInteger)
