"""Where the crawler may go: the address families of RFC 6890, their disguises, and what the operator names."""

from __future__ import annotations

import pytest

from archive.model.errors import Misconfigured
from crawler.politeness.private_networks import PrivateNetworkFilter, is_private_host, is_public_address

INSIDE = (
    "127.0.0.1", "127.255.255.254", "localhost", "LOCALHOST", "localhost.", "anh.localhost", "10.0.0.8", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "198.18.0.1", "::1", "::", "fd00::1", "fe80::1", "fe80::1%eth0", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::127.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "2001:0:808:808::", "100::1", "may.local", "kho.internal",
    "may-in.lan", "router.home.arpa", "maychu",
)  # fmt: skip
OUTSIDE = (
    "bao.example", "8.8.8.8", "172.32.0.1", "100.128.0.1", "localhost.bao.example", "local.vn", "2606:4700::1111",
    "::ffff:8.8.8.8", "64:ff9b::808:808", "xn--bo-kja.example", "",
)  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_this_machine_and_its_neighbours_are_inside(host: str) -> None:
    assert is_private_host(host)
    assert not PrivateNetworkFilter.of("https://bao.example/").permits(
        f"http://{f'[{host}]' if ':' in host else host}/anh.jpg"
    )


@pytest.mark.parametrize("host", OUTSIDE)
def test_the_web_is_outside(host: str) -> None:
    assert not is_private_host(host)


@pytest.mark.parametrize("disguise", ["127.1", "0x7f.0.0.1", "0177.0.0.1"])
def test_a_disguised_number_passes_for_a_name_and_is_looked_up(disguise: str) -> None:
    """What it means is known only then, and checked then."""
    assert not is_private_host(disguise)
    assert not PrivateNetworkFilter().admits(disguise, 80, "127.0.0.1")


def test_what_is_no_address_has_no_side() -> None:
    with pytest.raises(ValueError, match="bao"):
        is_public_address("bao.example")


def test_a_name_of_the_web_that_leads_inside_is_not_admitted() -> None:
    reach = PrivateNetworkFilter.of("https://bao.example/")
    assert reach.permits("https://bao.example/")
    assert reach.admits("bao.example", 443, "93.184.216.34")
    assert not reach.admits("bao.example", 443, "127.0.0.1"), "not even the paper's own"


def test_a_paper_that_is_inside_is_asked_and_its_neighbours_are_not() -> None:
    reach = PrivateNetworkFilter.of("http://127.0.0.1:8765/")
    assert reach.permits("http://127.0.0.1:8765/bai-1.htm")
    assert reach.admits("127.0.0.1", 8765, "127.0.0.1")
    for elsewhere in ("http://127.0.0.1:6379/", "http://localhost:8765/", "http://10.0.0.1:8765/"):
        assert not reach.permits(elsewhere)


def test_a_paper_that_is_inside_may_lead_from_http_to_https() -> None:
    reach = PrivateNetworkFilter.of("http://10.0.0.7/")
    assert reach.permits("https://10.0.0.7/") and reach.permits("http://10.0.0.7/bai-1.htm")
    assert not reach.permits("http://10.0.0.7:8080/")


def test_what_the_operator_names_is_asked() -> None:
    reach = PrivateNetworkFilter.of("https://bao.example/", ["anh.noibo", "10.0.0.8:8080", "[::1]:81", " BAO.example "])
    for named in ("http://anh.noibo/", "https://anh.noibo:444/", "http://10.0.0.8:8080/", "http://[::1]:81/"):
        assert reach.permits(named)
    assert not reach.permits("http://10.0.0.8/")
    assert reach.admits("bao.example", 443, "10.0.0.9")


@pytest.mark.parametrize("entry", ["", "http://10.0.0.8/", "10.0.0.8:port", "a/b", "[::1"])
def test_what_is_no_host_is_told(entry: str) -> None:
    with pytest.raises(Misconfigured, match=r"is no host\. Under `inside`"):
        PrivateNetworkFilter.of("https://bao.example/", [entry])
