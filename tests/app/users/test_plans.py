"""The table of plans."""

from datetime import datetime
from itertools import pairwise
from uuid import uuid4

import pytest

from app.users.models import Member
from app.users.plans import LARGEST, PLANS, Plan, plan_of


@pytest.mark.parametrize(("smaller", "larger"), [*pairwise(PLANS)])
def test_a_larger_plan_allows_more_of_everything(smaller: Plan, larger: Plan) -> None:
    assert smaller.alerts is not None
    assert larger.alerts is None or larger.alerts > smaller.alerts
    assert larger.scans > smaller.scans
    assert larger.scan_every <= smaller.scan_every


def test_there_are_four_plans_and_the_demo_member_is_on_the_largest(now: datetime) -> None:
    assert [each.name for each in PLANS] == ["free", "lite", "pro", "elite"]
    demo = Member(id=uuid4(), identifier="demo", name="Demo", created_at=now, is_demo=True)
    assert plan_of(demo) is LARGEST is PLANS[-1]
