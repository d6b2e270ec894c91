"""The email channel against a real SMTP server on loopback."""

import ssl
import subprocess
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from controller.decisions.message import Message
from controller.errors import PermanentError, RetryableError
from controller.notify import email
from tests.notify.messages import FIRING, NOW, RESOLVED, deliver
from tests.notify.test_webhook import closed_port

USER, PASSWORD = "mailer", "smtp-p4ssword"


class Mailbox:
    """Keeps what it is sent; refuses the recipients named in `refuses` with the answer given there."""

    def __init__(self, refuses: dict[str, str] | None = None, data: str = "250 kept as 42") -> None:
        self.refuses = refuses or {}
        self.data = data
        self.kept: list[tuple[str, EmailMessage]] = []
        self.logins: list[bytes] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, to: str, _options: list[str]
    ) -> str:
        if to in self.refuses:
            return self.refuses[to]
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if self.data.startswith("250"):
            self.kept += [(one, mail) for one in envelope.rcpt_tos]
        return self.data

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.password)
        is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_right, handled=False)


@contextmanager
def smtp(box: Mailbox, **options: Any) -> Iterator[dict[str, Any]]:
    """Run the server, and give the channel that reaches it in plain text."""
    server = Controller(box, hostname="127.0.0.1", port=0, authenticator=box.login, **options)
    # Controller.start() probes the port that it was told, which is unknown before it listens.
    server.port = closed_port()
    server.start()
    try:
        yield {
            "to": ["oncall@example.com"],
            "from": "Wakeful <wakeful@example.com>",
            "host": "localhost",
            "port": server.port,
            "tls": "none",
        }
    finally:
        server.stop()


def mailed(spec: dict[str, Any], message: Message = FIRING, **more: Any) -> str:
    return deliver({"email": spec}, message, **more)


def sent(message: Message = FIRING) -> EmailMessage:
    box = Mailbox()
    with smtp(box) as spec:
        mailed(spec, message)
    return box.kept[0][1]


def test_receipt_is_what_the_server_said() -> None:
    with smtp(Mailbox()) as spec:
        assert "kept as 42" in mailed(spec)


def test_headers_name_the_attempt_the_thread_and_the_machine() -> None:
    mail = sent()

    assert mail["Subject"] == "DOWN checkout: status 503, wanted 200"
    assert mail["From"] == "Wakeful <wakeful@example.com>"
    assert mail["To"] == "oncall@example.com"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == "<3f2a90@example.com>"
    assert mail["In-Reply-To"] == mail["References"] == "<inc-77@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Wakeful-Idempotency-Key"] == FIRING.key


def test_resolution_joins_the_thread_of_the_alert() -> None:
    firing, resolved = sent(), sent(RESOLVED)

    assert resolved["Subject"] == "RESOLVED checkout after 30s"
    assert resolved["References"] == firing["References"]
    assert resolved["Message-ID"] != firing["Message-ID"]


def test_text_and_html_say_the_same() -> None:
    mail = sent()
    parts = {part.get_content_type(): part.get_content() for part in mail.iter_parts()}

    assert list(parts) == ["text/plain", "text/html"]
    for said in ("status 503, wanted 200", "default/checkout", "team=payments", "https://wiki.example.com/checkout"):
        assert said in parts["text/plain"]
        assert said in parts["text/html"]


def test_html_is_escaped_and_links_only_the_web() -> None:
    evil = replace(FIRING, reason="<script>alert('x')</script>", runbook='javascript:alert("x")')
    html = sent(evil).get_body(("html",))
    assert html is not None
    text = html.get_content()

    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert 'href="javascript' not in text
    assert 'href="https://wakeful.example.com/monitors/checkout"' in text


@pytest.mark.parametrize(
    "evil",
    [
        {"reason": "down\r\nBcc: spy@example.com"},
        {"reason": "down\nBcc: spy@example.com"},
        {"reason": "down\x85Bcc: spy@example.com"},
        {"key": "k\r\nBcc: spy@example.com"},
        {"incident_key": "k>\r\nBcc: spy@example.com"},
    ],
    ids=["crlf", "lf", "nel", "key", "incident"],
)
def test_no_text_can_add_a_header(evil: dict[str, str]) -> None:
    box = Mailbox()
    with smtp(box) as spec:
        mailed(spec, replace(FIRING, **evil))  # type: ignore[arg-type]

    assert [one for one, _ in box.kept] == ["oncall@example.com"]
    assert box.kept[0][1]["Bcc"] is None


@pytest.mark.parametrize(
    "planted",
    ["a@example.com\r\nBcc: spy@example.com", "a@example.com, spy@example.com", "spy@", ""],
    ids=["line-break", "two", "two-at-signs", "empty"],
)
def test_secret_that_makes_no_address_is_final_and_not_shown(planted: str) -> None:
    spec = {"to": ["${secret.TO}@x"], "from": "w@example.com", "host": "localhost"}
    with pytest.raises(PermanentError, match="not an address") as caught:
        mailed(spec, secrets={"TO": planted})

    assert "spy" not in str(caught.value)


def test_unicode_travels() -> None:
    mail = sent(replace(FIRING, monitor="kasse-münchen", reason="Zertifikat läuft ab → bald 🙂"))
    body = mail.get_body(("plain",))

    assert mail["Subject"] == "DOWN kasse-münchen: Zertifikat läuft ab → bald 🙂"
    assert body is not None
    assert "bald 🙂" in body.get_content()


def test_each_recipient_gets_a_message_of_their_own() -> None:
    box = Mailbox()
    with smtp(box) as spec:
        mailed({**spec, "to": ["a@example.com", "b@example.com"]})

    assert [(one, mail["To"]) for one, mail in box.kept] == [
        ("a@example.com", "a@example.com"),
        ("b@example.com", "b@example.com"),
    ]


REFUSALS = [
    ({"a@example.com": "450 mailbox busy"}, RetryableError, "a@example.com: SMTP 450 mailbox busy"),
    ({"a@example.com": "550 no such user"}, PermanentError, "a@example.com: SMTP 550 no such user"),
    (
        {"a@example.com": "550 no such user", "b@example.com": "451 try later"},
        RetryableError,
        "0 of 2 recipients were sent to; b@example.com: SMTP 451 try later",
    ),
]


@pytest.mark.parametrize(("refuses", "kind", "said"), REFUSALS, ids=["450", "550", "550-and-451"])
def test_refused_recipient_is_named(refuses: dict[str, str], kind: type[Exception], said: str) -> None:
    box = Mailbox(refuses)
    with smtp(box) as spec, pytest.raises(kind, match=said):
        mailed({**spec, "to": ["a@example.com", "b@example.com"]})

    assert [one for one, _ in box.kept] == [one for one in ("a@example.com", "b@example.com") if one not in refuses]


def test_copy_that_a_retry_sends_is_recognisable() -> None:
    box = Mailbox({"b@example.com": "450 busy"})
    with smtp(box) as spec:
        both = {**spec, "to": ["a@example.com", "b@example.com"]}
        with pytest.raises(RetryableError):
            mailed(both)
        box.refuses.clear()
        mailed(both, now=NOW + timedelta(minutes=5))

    copies = [mail["Message-ID"] for one, mail in box.kept if one == "a@example.com"]
    assert len(copies) == 2
    assert len(set(copies)) == 1


@pytest.mark.parametrize(
    ("answer", "kind"), [("452 no space left", RetryableError), ("554 looks like spam", PermanentError)]
)
def test_refused_content_is_judged_by_its_code(answer: str, kind: type[Exception]) -> None:
    with smtp(Mailbox(data=answer)) as spec, pytest.raises(kind, match=answer):
        mailed(spec)


def test_server_that_is_not_there_is_retried() -> None:
    spec = {"to": ["a@example.com"], "from": "w@example.com", "host": "127.0.0.1", "port": closed_port()}
    with pytest.raises(RetryableError, match=r"127\.0\.0\.1: it cannot be reached"):
        mailed(spec)


def test_without_starttls_nothing_is_sent_in_the_clear() -> None:
    box = Mailbox()
    with smtp(box, auth_require_tls=False) as spec, pytest.raises(PermanentError, match="STARTTLS"):
        mailed({**spec, "tls": "starttls", "username": USER, "password": "${secret.PASS}"}, secrets={"PASS": PASSWORD})

    assert box.kept == []
    assert box.logins == []


def test_login_uses_the_secret() -> None:
    box = Mailbox()
    with smtp(box, auth_require_tls=False) as spec:
        mailed(
            {**spec, "username": "${secret.USER}", "password": "${secret.PASS}"},
            secrets={"USER": USER, "PASS": PASSWORD},
        )

    assert box.logins == [PASSWORD.encode()]
    assert len(box.kept) == 1


WRONG = "wr0ng-s3cret"


def test_wrong_password_is_final_and_not_shown() -> None:
    with smtp(Mailbox(), auth_require_tls=False) as spec, pytest.raises(PermanentError, match="SMTP 535") as caught:
        mailed({**spec, "username": USER, "password": "${secret.PASS}"}, secrets={"PASS": WRONG})

    assert WRONG not in "".join(traceback.format_exception(caught.value))


def test_server_that_repeats_a_secret_is_not_quoted() -> None:
    box = Mailbox({"s3cret-person@example.com": "550 <s3cret-person@example.com> unknown"})
    with smtp(box) as spec, pytest.raises(PermanentError) as caught:
        mailed({**spec, "to": ["${secret.WHO}@example.com"]}, secrets={"WHO": "s3cret-person"})

    assert str(caught.value) == (
        "0 of 1 recipients were sent to; ${secret.WHO}@example.com: SMTP 550 <***@example.com> unknown"
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*command.split(), *files], cwd=folder, check=True, capture_output=True)
    (folder / "both.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return folder / "both.pem"


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_encrypted_delivery(tls: str, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = server_context(certificate)
    options = {"ssl_context": context} if tls == "implicit" else {"tls_context": context, "require_starttls": True}
    box = Mailbox()
    with smtp(box, **options) as spec:
        mailed({**spec, "tls": tls})

    assert len(box.kept) == 1


def test_certificate_that_nobody_signed_is_refused(certificate: Path) -> None:
    box = Mailbox()
    with smtp(box, tls_context=server_context(certificate)) as spec, pytest.raises(RetryableError, match="certificate"):
        mailed({**spec, "tls": "starttls"})

    assert box.kept == []


def test_long_or_odd_keys_still_make_one_safe_message_id() -> None:
    odd = replace(FIRING, key="ключ " * 100)
    first, second = (email.render(odd, "w@example.com", "a@example.com", NOW)["Message-ID"] for _ in range(2))

    assert first == second
    assert len(first) < 70
