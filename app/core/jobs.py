"""Names of background work. A job is enqueued by name, so nobody imports the workers."""

from enum import StrEnum


class Job(StrEnum):
    """`domain.verb`; `tests/architecture/test_jobs.py` proves that each has its task."""

    BEAT = "worker.beat"
    TIDY_CONVERSATIONS = "conversations.tidy"
    CUT_HISTORY = "history.cut"
    FILL_HISTORY = "history.fill"
    PREPARE_LEVELS = "levels.prepare"
    RECORD_VOLATILITY = "volatility.record"
    EXPIRE_SCREENSHOTS = "screenshots.expire"
    DELIVER_NOTIFICATIONS = "notifications.deliver"
    SWEEP_NOTIFICATIONS = "notifications.sweep"
    TIDY_NOTIFICATIONS = "notifications.tidy"
    RUN_SCANS = "scanner.run"
    FOLLOW_OPPORTUNITIES = "scanner.follow"
    TELL_SIGNALS = "signals.tell"
