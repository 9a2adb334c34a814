"""The database a command works on: the configured one, the running embedded one, or one started
for as long as the command takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.infra.embedded.postgres import DatabaseUrls, EmbeddedPostgres
from app.infra.home import Home
from app.infra.settings import Settings


@contextmanager
def open_database(settings: Settings) -> Iterator[DatabaseUrls]:
    """Its URLs. Raises CannotStart when the embedded one cannot be started."""
    configured = configured_urls(settings)
    if configured is not None:
        yield configured
        return
    server = EmbeddedPostgres(Home(settings.home).path)
    running = server.attach()
    if running is not None:
        yield running
        return
    try:
        yield server.start()
    finally:
        server.stop()


def configured_urls(settings: Settings) -> DatabaseUrls | None:
    """The URLs of a database of one's own; an empty `application` means SET ROLE from `owner`."""
    owner, application = settings.database.url, settings.database.app_url
    if owner is None:
        return None
    return DatabaseUrls(
        owner=owner.get_secret_value(),
        application="" if application is None else application.get_secret_value(),
    )
