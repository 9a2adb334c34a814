"""A courier with everything it needs, out of plain values."""

from dataclasses import dataclass

from app.core.clock import Clock
from app.notifications.courier import Courier
from app.notifications.models import ChannelKind
from app.notifications.posting import Post
from app.notifications.protocol import Sender
from app.notifications.providers.chats import Discord, Slack, Telegram
from app.notifications.providers.mail import Mail, MailServer
from app.notifications.providers.push import WebPush
from app.notifications.providers.push_crypto import Vapid
from app.notifications.providers.webhook import WebHook
from app.notifications.sealing import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What the operator gives. `contact` is whom push services write to; without `mail` there is no
    e-mail; with `is_open` members' addresses may be private ones."""

    secret: str
    vapid_key: str
    contact: str
    address: str
    is_open: bool = False
    telegram_url: str = "https://api.telegram.org"
    discord_url: str = "https://discord.com"
    slack_url: str = "https://hooks.slack.com"
    mail: MailServer | None = None


def equip(equipment: Equipment, clock: Clock) -> Courier:
    """Members' addresses are reached through the guard, the operator's are not."""
    theirs, ours = Post(clock, is_guarded=not equipment.is_open), Post(clock, is_guarded=False)
    vapid = Vapid(equipment.vapid_key, equipment.contact)
    senders: dict[ChannelKind, Sender] = {
        ChannelKind.WEB_PUSH: WebPush(theirs, vapid, clock),
        ChannelKind.WEBHOOK: WebHook(theirs, clock),
        ChannelKind.TELEGRAM: Telegram(ours, equipment.telegram_url),
        ChannelKind.DISCORD: Discord(ours, equipment.discord_url),
        ChannelKind.SLACK: Slack(ours, equipment.slack_url),
    }
    if equipment.mail is not None:
        senders[ChannelKind.EMAIL] = Mail(equipment.mail)
    return Courier(
        vault=Vault(equipment.secret),
        senders=senders,
        address=equipment.address,
        push_key=vapid.public_key,
        is_open=equipment.is_open,
        posts=(theirs, ours),
    )
