"""Which addresses may be connected to: public ones, and private ones of hosts that a source allows by name.

What belongs here: the check of each DNS answer, and of the address that a socket is made for. What does not: the
requests (``client``).

A name is resolved once for a connection, all its addresses are checked, and the connection is made to the very
addresses that were checked: a name that answers otherwise the second time (DNS rebinding) gains nothing. The last
gate is the making of the socket, which knows the address and nothing else.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_EMBEDDING = (
    ipaddress.ip_network("64:ff9b::/96"),  # NAT64: the last 32 bits are an IPv4 address
    ipaddress.ip_network("::/96"),  # IPv4-compatible, long gone, still understood by some stacks
)
_NEVER = (
    ipaddress.ip_network("2001::/32"),  # Teredo
    ipaddress.ip_network("64:ff9b:1::/48"),  # NAT64 of a local network
    ipaddress.ip_network("fec0::/10"),  # site-local, the private range before fc00::/7
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("192.0.0.0/24"),  # protocol assignments; one cloud answers with its metadata here
    ipaddress.ip_network("168.63.129.16/32"),  # public by number, and another cloud's metadata
)


class RefusedAddressError(OSError):
    """The host resolves to an address that must not be connected to."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: not private, loopback, link-local (where clouds answer
    with their metadata), shared (carrier-grade NAT), multicast or reserved, in none of the ways to write it in IPv6.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _embedded(ip) if isinstance(ip, ipaddress.IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    if any(ip in network for network in _NEVER if network.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _embedded(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that is reached through an IPv6 address."""
    if any(ip in network for network in _EMBEDDING):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


class Gate(AbstractResolver):
    """Resolves names for aiohttp and lets through what may be connected to.

    ``allowed``: host names, addresses or networks (10.0.0.0/8) that may be private. ``hosts``: names with an address of
    their own, as in /etc/hosts; they answer before DNS does.
    """

    def __init__(self, allowed: frozenset[str] = frozenset(), hosts: Mapping[str, str] | None = None) -> None:
        self._allowed = {name.lower().strip("[]") for name in allowed if "/" not in name}
        self._networks = [ipaddress.ip_network(name) for name in allowed if "/" in name]
        self._hosts = {name.lower(): address for name, address in (hosts or {}).items()}
        self._dns: ThreadedResolver | None = None
        self._cleared: set[str] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host that may be connected to. Raises ``RefusedAddressError`` where none may."""
        if host.lower() in self._hosts:
            found = [_answer(host, self._hosts[host.lower()], port)]
        else:
            self._dns = self._dns or ThreadedResolver()
            found = await self._dns.resolve(host, port, family)
        return [answer for answer in found if self.check(host, answer["host"])] or self._refuse(host, found)

    def check(self, host: str, address: str) -> bool:
        """Whether ``host`` may be reached at ``address``; if so, a socket to it may be made."""
        is_named = host.lower().strip("[]") in self._allowed or address in self._allowed
        if not (is_public(address) or is_named or self._is_in_a_network(address)):
            return False
        self._cleared.add(address.partition("%")[0])
        return True

    def _is_in_a_network(self, address: str) -> bool:
        ip = ipaddress.ip_address(address.partition("%")[0]) if self._networks else None
        return any(ip in network for network in self._networks if ip is not None and ip.version == network.version)

    def check_literal(self, host: str) -> None:
        """The check for a host that is an address itself, which is not resolved. Raises ``RefusedAddressError``."""
        try:
            address = str(ipaddress.ip_address(host.strip("[]").partition("%")[0]))
        except ValueError:
            return
        if not self.check(host, address):
            raise RefusedAddressError(f"{host} is not an address of the public internet")

    def make_socket(self, address: Any) -> socket.socket:
        """A socket for one address, as aiohttp's connector asks for it. Raises ``RefusedAddressError``."""
        family, kind, protocol, _, place = address
        if str(place[0]).partition("%")[0] not in self._cleared:
            raise RefusedAddressError(f"{place[0]} was not checked")
        return socket.socket(family=family, type=kind, proto=protocol)

    def _refuse(self, host: str, found: list[ResolveResult]) -> list[ResolveResult]:
        named = ", ".join(answer["host"] for answer in found)
        raise RefusedAddressError(f"{host} resolves to {named}, which is not of the public internet")

    async def close(self) -> None:
        """Release the resolver of names."""
        if self._dns is not None:
            await self._dns.close()


def _answer(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return {
        "hostname": host,
        "host": address,
        "port": port,
        "family": family,
        "proto": 0,
        "flags": socket.AI_NUMERICHOST,
    }
