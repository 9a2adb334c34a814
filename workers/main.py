"""The worker process: a Celery application named `celery`, over Valkey or Redis.

Decided: a job is acknowledged when it is done, not when it is taken, so a killed worker loses none.
Results are kept nowhere; what a job has to say goes into the database.
"""

import logging
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_ready

from app.core.clock import WallClock
from app.core.jobs import Job
from app.infra.db.database import Database
from app.infra.queue import BROKER_OPTIONS, LONGEST_JOB_SECONDS, CeleryQueue
from app.infra.settings import Settings, read_settings
from app.infra.telemetry import configure_logging
from workers import (  # noqa: F401 - importing registers the tasks
    conversations,
    health,
    history,
    levels,
    notifications,
    scanner,
    screenshots,
    signals,
    volatility,
)
from workers.runner import RUNNER, JobContext
from workers.schedule import SCHEDULE

_CONNECTIONS = 2
_FREQUENT = (Job.BEAT, Job.SWEEP_NOTIFICATIONS, Job.TELL_SIGNALS)
_settings = read_settings()


def _secret(value: Any) -> str | None:
    return None if value is None else value.get_secret_value()


def _open_context() -> JobContext:
    database = Database.of(
        owner_url=_secret(_settings.database.url),
        app_url=_secret(_settings.database.app_url),
        pool_size=_CONNECTIONS,
    )
    from app.wiring import build_macro, build_market
    from app.wiring_notifications import build_courier

    (market, market_clock), clock = build_market(_settings, database), WallClock()
    macro, broker = build_macro(_settings, clock), _secret(_settings.queue.url)
    return JobContext(
        database,
        clock,
        market,
        _settings.history.symbols,
        macro,
        courier=build_courier(_settings, clock),
        queue=None if broker is None else CeleryQueue(broker),
        market_clock=market_clock,
    )


def _application(settings: Settings) -> Celery:
    application = Celery("coach", broker=_secret(settings.queue.url))
    application.conf.update(
        accept_content=["json"],
        beat_schedule=SCHEDULE,
        beat_schedule_filename=str(settings.home / "beat-schedule"),
        broker_connection_retry_on_startup=True,
        broker_transport_options=BROKER_OPTIONS,
        task_acks_late=True,
        task_ignore_result=True,
        task_reject_on_worker_lost=True,
        # Above the limit a job sets itself: only for what no longer answers.
        task_time_limit=LONGEST_JOB_SECONDS + 30,
        timezone="UTC",
        worker_prefetch_multiplier=1,
    )
    return application


def _log_like_the_web_process(**_: object) -> None:
    configure_logging(_settings.log_level)
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).addFilter(_is_worth_a_line)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Three lines for every sign of life, and for every sweep, would drown the log."""
    said = record.getMessage()
    return record.levelno > logging.INFO or not any(job.value in said for job in _FREQUENT)


def _refuse_to_start_without_a_queue(**_: object) -> None:
    if _settings.queue.url is None:
        raise SystemExit(
            "No queue is configured. Start with `./coach run`, or set COACH_QUEUE__URL."
        )


def _begin(sender: Any, **_: object) -> None:
    health.watch_beat(sender)
    celery.send_task(Job.BEAT.value)


RUNNER.prepare(_open_context)
celery = _application(_settings)
setup_logging.connect(_log_like_the_web_process)
worker_init.connect(_refuse_to_start_without_a_queue)
worker_ready.connect(_begin)
