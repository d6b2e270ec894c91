"""The email channel: one message per recipient, over one SMTP session."""

import asyncio
import hashlib
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from html import escape

import aiosmtplib

from controller.decisions.message import Message
from controller.errors import PermanentError, RetryableError
from specs.channel import Email
from specs.variables import reveal

_STEP_TIMEOUT = timedelta(seconds=20)
_SESSION_TIMEOUT = timedelta(minutes=2)
_ERRORS = (aiosmtplib.SMTPException, OSError, ValueError)


@dataclass(frozen=True)
class _Failure:
    """One recipient who did not get it. `name` is as the spec writes it, so it shows no secret."""

    name: str
    reason: str
    is_final: bool


def render(message: Message, sender: str, recipient: str, now: datetime) -> EmailMessage:
    """The mail to one recipient. Raises ValueError or MessageError when an address is not one.

    Its Message-ID comes from the message's key, so a copy that a retry sends can be recognised as one.
    """
    name, address = parseaddr(sender)
    author = Address(display_name=_one_line(name), addr_spec=address)
    thread = _message_id(message.incident_key, author)
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = author
    mail["To"] = Address(addr_spec=recipient)
    mail["Subject"] = _one_line(message.title)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = _message_id(message.key, author)
    # Nobody ever sends the mail that these name; mail programs join those that answer the same one.
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Wakeful-Idempotency-Key"] = _one_line(message.key)
    mail.set_content(_text(message))
    mail.add_alternative(_html(message), subtype="html")
    return mail


async def send(spec: Email, message: Message, secret: Callable[[str], str], now: datetime) -> str:
    """Mail the message to every recipient and return the server's last reply.

    Raises RetryableError when a recipient is worth another attempt, which then goes to all of them, and
    PermanentError when every failure is final.
    """
    mails = _mails(spec, message, secret, now)
    try:
        async with asyncio.timeout(_SESSION_TIMEOUT.total_seconds()):
            smtp = await _connected(spec, secret)
            try:
                reply, failures = await _deliver(smtp, mails)
            finally:
                await _part(smtp)
    except TimeoutError:
        raise RetryableError("the SMTP server did not finish within two minutes") from None
    if failures:
        _complain(failures, len(mails))
    return reply


def _mails(
    spec: Email, message: Message, secret: Callable[[str], str], now: datetime
) -> list[tuple[str, str, EmailMessage]]:
    """For each recipient: the name for errors, the address, the mail."""
    mails = []
    sender = reveal(spec.from_, secret)
    for name in spec.to:
        recipient = reveal(name, secret)
        try:
            mails.append((name, recipient, render(message, sender, recipient, now)))
        except (MessageError, ValueError, IndexError):
            # The standard library's address parser answers some nonsense with an IndexError.
            raise PermanentError(f"`from` or the recipient {name} is not an address that mail can use") from None
    return mails


async def _connected(spec: Email, secret: Callable[[str], str]) -> aiosmtplib.SMTP:
    username = reveal(spec.username, secret)
    smtp = aiosmtplib.SMTP(
        hostname=reveal(spec.host, secret),
        port=spec.port,
        username=username,
        password=reveal(spec.password, secret) if username is not None else None,
        use_tls=spec.tls == "implicit",
        start_tls=spec.tls == "starttls",
        timeout=_STEP_TIMEOUT.total_seconds(),
    )
    try:
        await smtp.connect()
    except _ERRORS as error:
        smtp.close()
        reason, is_final = _explain(error)
        raise (PermanentError if is_final else RetryableError)(f"the SMTP server {spec.host}: {reason}") from None
    return smtp


async def _deliver(smtp: aiosmtplib.SMTP, mails: list[tuple[str, str, EmailMessage]]) -> tuple[str, list[_Failure]]:
    reply, failures = "", []
    for name, recipient, mail in mails:
        try:
            _, reply = await smtp.send_message(mail, recipients=[recipient])
        except _ERRORS as error:
            failures.append(_Failure(name, *_explain(error)))
    return _one_line(reply)[:200], failures


async def _part(smtp: aiosmtplib.SMTP) -> None:
    """Say goodbye; what was accepted stays accepted whatever the server answers."""
    try:
        await smtp.quit()
    except _ERRORS:
        smtp.close()


def _complain(failures: list[_Failure], recipients: int) -> None:
    """Raise for the recipients who are left: to try again when one of them is worth it."""
    left = [one for one in failures if not one.is_final]
    told = "; ".join(f"{one.name}: {one.reason}" for one in left or failures)
    text = f"{recipients - len(failures)} of {recipients} recipients were sent to; {told}"
    raise (RetryableError if left else PermanentError)(text)


def _explain(error: Exception) -> tuple[str, bool]:
    """Why SMTP failed, without credentials or addresses of ours, and whether that is final."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        # The server's text may echo what it was sent.
        return f"it did not accept `username` and `password` (SMTP {error.code})", error.code >= 500
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"SMTP {error.code} {_one_line(error.message)[:200]}".strip(), error.code >= 500
    if isinstance(error, aiosmtplib.SMTPNotSupported) or type(error) is aiosmtplib.SMTPException:
        # aiosmtplib's own words about a missing extension: STARTTLS, AUTH, SMTPUTF8.
        return _one_line(str(error))[:200], True
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return "an address cannot be sent safely", True
    return _network_reason(error), False


def _network_reason(error: Exception) -> str:
    causes = [error, error.__cause__, error.__context__]
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes):
        return "its certificate is not trusted"
    if any(isinstance(one, ssl.SSLError) for one in causes):
        return "the TLS handshake failed"
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return "the connection was lost"
    return "no answer in time" if isinstance(error, TimeoutError) else "it cannot be reached"


def _message_id(key: str, author: Address) -> str:
    local = key if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key) else hashlib.sha256(key.encode()).hexdigest()[:40]
    domain = author.domain if re.fullmatch(r"[A-Za-z0-9.-]+", author.domain) else "wakeful.invalid"
    return f"<{local}@{domain}>"


def _one_line(text: str) -> str:
    """A text that cannot begin a new header: line breaks and control characters become spaces."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()


def _rows(message: Message) -> Iterator[tuple[str, str]]:
    yield "Monitor", f"{message.workspace}/{message.monitor}"
    yield "Rule", f"{message.rule} ({message.severity})"
    yield "Reason", message.reason
    yield "Since", f"{message.started_at:%Y-%m-%d %H:%M:%S %Z}"
    if message.resolved_at:
        yield "Until", f"{message.resolved_at:%Y-%m-%d %H:%M:%S %Z} ({message.duration})"
    if message.labels:
        yield "Labels", ", ".join(f"{key}={value}" for key, value in sorted(message.labels.items()))
    if message.runbook:
        yield "Runbook", message.runbook
    for title, url in message.links.items():
        yield title.capitalize(), url
    if message.revision:
        yield "Revision", message.revision


def _text(message: Message) -> str:
    return "\n".join([message.title, "", *(f"{name}: {value}" for name, value in _rows(message))]) + "\n"


def _html(message: Message) -> str:
    rows = "".join(
        f'<tr><th align="left" valign="top">{escape(name)}</th><td>{_linked(value)}</td></tr>'
        for name, value in _rows(message)
    )
    return f"<!doctype html><html><body><h2>{escape(message.title)}</h2><table>{rows}</table></body></html>\n"


def _linked(value: str) -> str:
    shown = escape(value)
    return f'<a href="{shown}">{shown}</a>' if re.match(r"https?://\S+$", value) else shown
