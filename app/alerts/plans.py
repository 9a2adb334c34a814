"""What each plan allows: how many alerts a member may have, and how often scans run.

Decided: one table, which is data. Who has no plan of their own has `DEFAULT`; the demo member is on
the largest one.
"""

from dataclasses import dataclass
from datetime import timedelta

from app.core.errors import NotEntitled
from app.users.models import Member

DAILY, HOURLY, FIVE_MINUTES = timedelta(days=1), timedelta(hours=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`alerts` armed at once, None for as many as one likes; `scan_every` is the shortest interval of
    a scheduled scan, `scans` how many of them may be scheduled."""

    name: str
    alerts: int | None
    scans: int
    scan_every: timedelta


LITE = Plan(name="lite", alerts=1, scans=1, scan_every=DAILY)
PRO = Plan(name="pro", alerts=5, scans=5, scan_every=HOURLY)
ELITE = Plan(name="elite", alerts=None, scans=20, scan_every=FIVE_MINUTES)

PLANS = {plan.name: plan for plan in (LITE, PRO, ELITE)}
LARGEST = ELITE
DEFAULT = ELITE
"""A self-hosted coach sells nothing: whoever signs in may use all of it."""


def plan_of(member: Member) -> Plan:
    """The member's plan."""
    return LARGEST if member.is_demo else DEFAULT


def check_room(plan: Plan, armed: int) -> None:
    """`NotEntitled` where `armed` alerts are all that the plan allows."""
    if plan.alerts is None or armed < plan.alerts:
        return
    alerts = "one alert" if plan.alerts == 1 else f"{plan.alerts} alerts"
    raise NotEntitled(
        f"The {plan.name} plan watches {alerts} at once, and all are in use. Drop one first, or change "
        "the plan."
    )
