"""What each plan of a member allows: how many alerts are watched, and how often scans run by
themselves.

Decided: one table, which is data, for every domain that has a limit; a domain refuses in its own
words. There are four. Free answers what is asked, and nothing runs for it meanwhile; Lite has one
alert and a daily look; Pro five alerts and hourly scans; Elite as many alerts as one likes and scans
every five minutes. The demo member is on the largest.
"""

from dataclasses import dataclass
from datetime import timedelta

from app.users.models import Member

DAILY, HOURLY, FIVE_MINUTES = timedelta(days=1), timedelta(hours=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`alerts` armed at once, None for as many as one likes; `scans` that run by themselves, none
    more often than `scan_every`."""

    name: str
    alerts: int | None
    scans: int
    scan_every: timedelta


FREE = Plan(name="free", alerts=0, scans=0, scan_every=DAILY)
LITE = Plan(name="lite", alerts=1, scans=1, scan_every=DAILY)
PRO = Plan(name="pro", alerts=5, scans=5, scan_every=HOURLY)
ELITE = Plan(name="elite", alerts=None, scans=20, scan_every=FIVE_MINUTES)

PLANS = (FREE, LITE, PRO, ELITE)
"""From the smallest to the largest."""
LARGEST = PLANS[-1]
DEFAULT = LARGEST
"""A self-hosted coach sells nothing: whoever signs in may use all of it."""


def plan_of(member: Member) -> Plan:
    """The member's plan."""
    return LARGEST if member.is_demo else DEFAULT
