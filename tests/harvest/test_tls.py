"""Pages by https: fetched where the certificate is good, a failure that says so where it is not."""

import ssl
import subprocess
from pathlib import Path

import pytest

from tests.harvest.conftest import TIMES
from tests.harvest.site import Site
from tests.harvest.warcs import check, responses


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of times.example.org by nobody but itself, and its key."""
    place, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    names = ["-subj", f"/CN={TIMES}", "-addext", f"subjectAltName=DNS:{TIMES}"]
    form = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    try:
        subprocess.run(["openssl", *form, *names, "-keyout", key, "-out", place], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return place, key


def test_a_page_by_https_needs_a_certificate_that_is_believed(
    certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.harvest import HarvestSettings, HarvestSource, harvest

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    with Site(context) as site:
        urls = (site.put(TIMES, "/a", "<html></html>"),)
        source = HarvestSource(
            "times", "urls", (), "tests/1 (+mailto:tests@example.org)", urls=urls, delay=0.0,
            allow_hosts=frozenset({TIMES}), robots=False,
        )  # fmt: skip
        settings = HarvestSettings(hosts={TIMES: "127.0.0.1"}, patience=0.0)
        assert harvest([source], tmp_path / "refused", settings).total().reasons == {"tls": 1}
        assert not site.log
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        assert harvest([source], tmp_path / "fetched", settings).total().pages == {"fetched": 1}
    assert responses(tmp_path / "fetched") == list(urls)
    check(tmp_path / "fetched")
