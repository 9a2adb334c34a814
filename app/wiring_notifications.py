"""Builds the courier from settings, for the processes that send: the web and the workers; and what
keeps the secrets of those who send to us."""

from pydantic import SecretStr

from app.core.clock import Clock
from app.infra.home import Home
from app.infra.settings import Settings
from app.notifications.courier import Courier
from app.notifications.equipping import Equipment, equip
from app.notifications.providers.mail import MailServer
from app.notifications.sealing import Vault


def build_courier(settings: Settings, clock: Clock) -> Courier:
    """Who carries notifications out; keys that nobody chose are made and kept."""
    wanted, home = settings.notifications, Home(settings.home)
    smtp, web = settings.smtp, settings.web
    mail = None
    if smtp.host and smtp.sender:
        mail = MailServer(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security,
            sender=smtp.sender,
            user=smtp.user,
            password=_plain(smtp.password) or "",
        )
    equipment = Equipment(
        secret=_secret(settings),
        vapid_key=_plain(wanted.vapid_key) or home.secret("vapid"),
        contact=wanted.contact or f"mailto:{smtp.sender or 'coach@localhost'}",
        address=(web.public_url or f"http://{_shown(web.host)}:{web.port}").rstrip("/"),
        is_open=wanted.allow_private,
        telegram_url=wanted.telegram_url,
        discord_url=wanted.discord_url,
        slack_url=wanted.slack_url,
        mail=mail,
    )
    return equip(equipment, clock)


def build_signal_vault(settings: Settings) -> Vault:
    """Seals what signals from outside are signed with."""
    return Vault(_secret(settings), b"signals")


def _secret(settings: Settings) -> str:
    return _plain(settings.notifications.key) or Home(settings.home).secret("channels")


def _shown(host: str) -> str:
    """A host as members on this machine type it: their sign-in belongs to that name."""
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1", "::"} else host  # noqa: S104


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
