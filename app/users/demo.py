"""When somebody may come in without an account."""

from ipaddress import ip_address


def is_demo_offered(host: str, *, is_enabled: bool) -> bool:
    """Whether one-click demo sign-in is offered by a web process that listens on `host`.

    Only while it is switched on and nobody but this machine can reach the process; a name other
    than `localhost` is not resolved, and counts as reachable.
    """
    return is_enabled and is_loopback(host)


def is_loopback(host: str) -> bool:
    """Whether `host`, as given to a listening socket, is this machine only."""
    bare = host.strip().removeprefix("[").removesuffix("]")
    if bare.lower() == "localhost":
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False
