"""E-mail through the operator's server."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from typing_extensions import override

from app.notifications.models import Message
from app.notifications.posting import SECONDS
from app.notifications.protocol import Answer, Outcome, Secret, Sender
from app.notifications.providers.answers import later, refused

_PERMANENT = 500
_NO_MAILBOX = frozenset({550, 551, 553})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """How the operator's server is reached."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    user: str = ""
    password: str = ""


class Mail(Sender):
    """Plain text; `Message-ID` is made of the message's id, so a double can be told."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    @override
    async def send(self, secret: Secret, message: Message) -> Answer:
        letter = self._letter(secret["address"], message)
        try:
            async with asyncio.timeout(2 * SECONDS):
                return await asyncio.to_thread(self._hand_in, letter)
        except TimeoutError:
            return later("The mail server: no answer in time.")

    def _letter(self, address: str, message: Message) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self._server.sender
        letter["To"] = address
        letter["Subject"] = message.title
        letter["Date"] = format_datetime(message.created_at)
        letter["Message-ID"] = f"<{message.id}@{self._server.sender.rpartition('@')[2].strip('>')}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(
            "\n\n".join(each for each in (message.text, message.link) if each) + "\n"
        )
        return letter

    def _hand_in(self, letter: EmailMessage) -> Answer:
        try:
            with self._connected() as server:
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, reason)] = error.recipients.values()
            return _refusal(code, _words(reason))
        except smtplib.SMTPAuthenticationError:
            return later("The mail server refused the house's own sign-in.")
        except smtplib.SMTPResponseException as error:
            return _refusal(error.smtp_code, _words(error.smtp_error))
        except ssl.SSLCertVerificationError:
            return later("The mail server: its certificate is not valid.")
        except (OSError, smtplib.SMTPException):
            return later("The mail server: no connection.")
        return Answer(Outcome.SENT, "The mail server took it.")

    def _connected(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.security == "tls":
            opened: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=SECONDS, context=context
            )
        else:
            opened = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        try:
            if server.security == "starttls":
                opened.starttls(context=context)
            if server.user:
                opened.login(server.user, server.password)
        except BaseException:
            opened.close()
            raise
        return opened


def _refusal(code: int, words: str) -> Answer:
    text = f"The mail server answered {code}{f': {words}' if words else ''}."
    if code in _NO_MAILBOX:
        return Answer(Outcome.GONE, text)
    return refused(text) if code >= _PERMANENT else later(text)


def _words(reason: bytes | str) -> str:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return " ".join(text.split())[:160].rstrip(". ")
