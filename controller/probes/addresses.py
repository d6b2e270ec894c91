"""Which addresses a probe may connect to, asked where the socket opens so that DNS cannot talk its way around it."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Link-local addresses, and where clouds hand out credentials to whoever asks from inside.
REFUSED = tuple(ip_network(text) for text in ("169.254.0.0/16", "100.100.100.200/32", "fe80::/10", "fd00:ec2::254/128"))
_NAT64 = ip_network("64:ff9b::/96")


@lru_cache(maxsize=10_000)
def refusal(address: str) -> str | None:
    """Say why a probe may not connect to a numeric address, or None when it may."""
    candidate = ip_address(address.partition("%")[0])
    forms = (candidate, _inner(candidate)) if isinstance(candidate, IPv6Address) else (candidate,)
    for form in forms:
        if form is not None and any(form in network for network in REFUSED):
            return f"address {form} is not allowed"
    return None


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to by mapping, 6to4 or NAT64."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
