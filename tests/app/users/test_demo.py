"""Demo sign-in is offered to this machine only, and only while it is on."""

import pytest

from app.users.demo import is_demo_offered


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.3.2.1", "::1", "[::1]", "localhost", "LOCALHOST"]
)
def test_it_is_offered_on_this_machine_while_it_is_on(host: str) -> None:
    assert is_demo_offered(host, is_enabled=True)
    assert not is_demo_offered(host, is_enabled=False)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "", "192.168.1.4", "coach.example", "localhost.example", "127.0.0.1.example"],  # noqa: S104
)
def test_it_is_not_offered_where_others_can_reach_it(host: str) -> None:
    assert not is_demo_offered(host, is_enabled=True)
