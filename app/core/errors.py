"""Every failure the coach can name.

CoachError
├── InvalidInput          the request makes no sense; the message says what to change
├── TooLarge              more is sent than is taken
├── NotFound              there is no such symbol, thread, session …
├── NotSignedIn           nobody is signed in
├── Conflict              somebody or something else was faster; look again
├── NotEntitled           the member's plan does not include it
├── RateLimited           too many requests; says when to come back
└── ProviderUnavailable   a vendor, a model or a database does not answer

The message is written once, for the trader. It is rendered in four places only (chat, loop,
api, workers), and only there may `Exception` be caught.
"""

from collections.abc import Sequence


class CoachError(Exception):
    """The root: `message` is for the person, `code` for programs."""

    code = "coach_error"
    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(CoachError):
    """The request makes no sense as it stands; a corrected one may succeed."""

    code = "invalid_input"
    status = 422


class TooLarge(CoachError):
    """More bytes than are taken."""

    code = "too_large"
    status = 413


class NotFound(CoachError):
    """What was asked for does not exist; `suggestions` are near names, best first."""

    code = "not_found"
    status = 404

    def __init__(self, message: str, *, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.suggestions = tuple(suggestions)


class NotSignedIn(CoachError):
    """Nobody is signed in."""

    code = "not_signed_in"
    status = 401


class Conflict(CoachError):
    """What the request was made for has changed since; looking again says how it stands now."""

    code = "conflict"
    status = 409


class NotEntitled(CoachError):
    """The member's plan does not include it."""

    code = "not_entitled"
    status = 402


class RateLimited(CoachError):
    """Too many requests."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ProviderUnavailable(CoachError):
    """A vendor, a model or a database does not answer; the same request may succeed later."""

    code = "provider_unavailable"
    status = 503
