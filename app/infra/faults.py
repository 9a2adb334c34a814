"""What stands between the house and a start, said once and with the way out."""

from app.core.errors import CoachError


class CannotStart(CoachError):
    """Something about this machine is in the way; the message says what to do about it."""

    code = "cannot_start"
    status = 503
