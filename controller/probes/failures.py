"""What went wrong with a connection, in words for people. Never a URL, which may hold a secret."""

import errno
import re
from dataclasses import dataclass
from datetime import timedelta

import pycurl

from specs.fields import format_duration

_BY_ERRNO = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.ECONNABORTED: "connection reset",
    errno.EPIPE: "connection reset",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETUNREACH: "network unreachable",
    errno.EADDRNOTAVAIL: "network unreachable",
    errno.EHOSTDOWN: "host unreachable",
    errno.ENETDOWN: "network unreachable",
    errno.ETIMEDOUT: "the host does not answer",
    errno.EACCES: "connecting is not permitted from here",
    errno.EPERM: "connecting is not permitted from here",
}

# Numbers of OpenSSL's X509_V_ERR_…
_BY_VERDICT = {
    9: "certificate is not valid yet",
    10: "certificate has expired",
    18: "certificate is not trusted: it is self-signed",
    19: "certificate is not trusted: it leads to an unknown root",
    20: "certificate is not trusted: its issuer is not known",
    21: "certificate is not trusted: its issuer is not known",
    23: "certificate has been revoked",
}

_BY_CODE = {
    pycurl.E_URL_MALFORMAT: "the URL is malformed",
    pycurl.E_GOT_NOTHING: "the server closed the connection without an answer",
    pycurl.E_PARTIAL_FILE: "the answer broke off",
    pycurl.E_BAD_CONTENT_ENCODING: "the answer is not compressed as it says",
    pycurl.E_FTP_WEIRD_SERVER_REPLY: "the answer is not HTTP",
    pycurl.E_HTTP2: "the answer breaks the rules of HTTP/2",
    pycurl.E_RECV_ERROR: "the answer is malformed, or broke off",
    pycurl.E_SEND_ERROR: "the request could not be sent",
    pycurl.E_COULDNT_CONNECT: "cannot connect",
}

SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)
"""Errors that say something about this machine and nothing about the target."""


@dataclass(frozen=True, slots=True)
class Symptoms:
    """What libcurl says about a transfer that failed. `os_error` and `verdict` are 0 when there is none."""

    code: int
    message: str
    os_error: int
    verdict: int
    host: str


def explain(symptoms: Symptoms, redirects: int, timeout: float) -> str:
    """Say why there is no answer. `timeout` is in seconds."""
    code, host = symptoms.code, symptoms.host
    match code:
        case pycurl.E_OPERATION_TIMEDOUT:
            return timed_out(timeout)
        case pycurl.E_COULDNT_RESOLVE_HOST:
            return f"host not found: {host}"
        case pycurl.E_TOO_MANY_REDIRECTS:
            return f"too many redirects ({redirects})"
        case pycurl.E_UNSUPPORTED_PROTOCOL:
            is_redirect = "redirect" in symptoms.message or "not supported" in symptoms.message
            return "redirect to something that is not http or https" if is_redirect else "the answer is not HTTP"
        case pycurl.E_SSL_CACERT_BADFILE:
            return "the file of trusted certificates cannot be read on this machine"
        case pycurl.E_PEER_FAILED_VERIFICATION:
            return _certificate(symptoms)
        case _:
            pass
    if symptoms.os_error in _BY_ERRNO:
        return _BY_ERRNO[symptoms.os_error]
    if code == pycurl.E_SSL_CONNECT_ERROR:
        return _handshake(symptoms.message)
    return _BY_CODE.get(code, f"the request failed (libcurl error {code})")


def timed_out(seconds: float) -> str:
    """`timeout after 10s`."""
    return f"timeout after {format_duration(timedelta(seconds=seconds))}"


def explain_os(error: OSError) -> str:
    """Say why a socket did not connect."""
    return _BY_ERRNO.get(error.errno or 0, "cannot connect")


def _certificate(symptoms: Symptoms) -> str:
    if symptoms.verdict in _BY_VERDICT:
        return _BY_VERDICT[symptoms.verdict]
    if "subject name" in symptoms.message or "host name" in symptoms.message:
        return f"certificate is not for {symptoms.host}"
    found = re.search(r"verify result: ([a-z -]+)", symptoms.message, re.IGNORECASE)
    return f"certificate is not trusted: {found.group(1).strip()}" if found else "certificate is not trusted"


def _handshake(message: str) -> str:
    """`TLS connect error: error:0A00010B:SSL routines::wrong version number` without the machinery."""
    if "wrong version number" in message:
        return "TLS handshake failed: the server does not speak TLS here"
    _, found, why = message.rpartition("::")
    return f"TLS handshake failed: {why}" if found and re.fullmatch(r"[\w ]{1,80}", why) else "TLS handshake failed"
