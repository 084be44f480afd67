"""Which addresses may be connected to."""

import asyncio
import socket

import pytest

from tasks.harvest.addresses import Gate, RefusedAddressError, is_public

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]
NOT_PUBLIC = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "192.0.2.1", "198.18.0.1",
    "203.0.113.9", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254",
    "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2001:0:53aa:64c::1", "not an address", "", "127.1", "0x7f000001", "2130706433",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_public_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_private_shared_reserved_and_metadata_addresses_are_not_in_whatever_way_they_are_written(address: str) -> None:
    assert not is_public(address)


def resolve(gate: Gate, host: str) -> list[str]:
    async def ask() -> list[str]:
        try:
            return [answer["host"] for answer in await gate.resolve(host, 80)]
        finally:
            await gate.close()

    return asyncio.run(ask())


def test_a_name_that_resolves_to_a_private_address_is_refused_unless_it_is_allowed() -> None:
    hosts = {"inside.example.org": "10.1.2.3"}
    with pytest.raises(RefusedAddressError, match=r"10\.1\.2\.3"):
        resolve(Gate(hosts=hosts), "inside.example.org")
    assert resolve(Gate(frozenset({"INSIDE.example.org"}), hosts), "inside.example.org") == ["10.1.2.3"]
    assert resolve(Gate(frozenset({"10.1.2.3"}), hosts), "inside.example.org") == ["10.1.2.3"]
    with pytest.raises(RefusedAddressError):
        resolve(Gate(), "localhost")


def test_a_network_lets_every_address_in_it_through_and_no_other() -> None:
    gate = Gate(frozenset({"10.1.0.0/16", "fd12::/16"}), {"a.example": "10.1.2.3", "b.example": "10.2.0.1"})
    assert resolve(gate, "a.example") == ["10.1.2.3"]
    gate.check_literal("[fd12::1]")
    for host in ("b.example", "localhost"):
        with pytest.raises(RefusedAddressError):
            resolve(gate, host)
    for host in ("169.254.169.254", "[fd13::1]", "[::ffff:10.2.0.1]"):
        with pytest.raises(RefusedAddressError):
            gate.check_literal(host)


def test_the_addresses_of_a_name_that_may_not_be_connected_to_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80)),
    ]

    async def getaddrinfo(*_: object, **__: object) -> object:
        return answers

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    assert resolve(Gate(), "mixed.example.org") == ["93.184.216.34"]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "::1", "169.254.169.254", "[::ffff:10.0.0.1]"])
def test_an_address_in_a_url_is_checked_as_an_answer_is(host: str) -> None:
    with pytest.raises(RefusedAddressError):
        Gate().check_literal(host)
    Gate(frozenset({host})).check_literal(host)


def test_a_socket_is_made_only_for_an_address_that_was_checked() -> None:
    gate = Gate(frozenset({"inside.example.org"}), {"inside.example.org": "10.1.2.3"})
    wanted = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 80))
    with pytest.raises(RefusedAddressError, match="not checked"):
        gate.make_socket(wanted)
    resolve(gate, "inside.example.org")
    gate.make_socket(wanted).close()
    with pytest.raises(RefusedAddressError, match="not checked"):
        gate.make_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.4", 80)))
