"""pip's settings in uv's words."""

import sys
from pathlib import Path

from app.cli.index import for_uv, parse, translate

LISTING = """\
:env:.cert='/from/the/environment.pem'
global.cert='/from/a/file.pem'
global.extra-index-url='https://one.example/simple https://two.example/simple'
global.index-url='https://global.example/simple'
install.index-url="https://install.example/simple"
"""


def test_the_environment_beats_the_install_section_and_it_the_global_one() -> None:
    assert parse(LISTING) == {
        "cert": "/from/the/environment.pem",
        "extra-index-url": "https://one.example/simple https://two.example/simple",
        "index-url": "https://install.example/simple",
    }
    assert parse("".join(reversed(LISTING.splitlines(keepends=True)))) == parse(LISTING)


def test_a_mirror_becomes_the_default_index() -> None:
    found = translate({"index-url": "https://mirror.example/simple"})
    assert found["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"


def test_further_indexes_are_compared_as_pip_does() -> None:
    found = translate({"extra-index-url": "https://one.example/simple https://two.example/simple"})
    assert found["UV_INDEX"] == "https://one.example/simple https://two.example/simple"
    assert found["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_folders_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    there, gone = tmp_path.as_uri(), (tmp_path / "gone").as_uri()
    assert translate({"extra-index-url": f"{gone} {there}"})["UV_INDEX"] == there
    assert "UV_INDEX" not in translate({"extra-index-url": gone})
    assert "UV_FIND_LINKS" not in translate({"find-links": str(tmp_path / "gone")})
    assert translate({"find-links": str(tmp_path)})["UV_FIND_LINKS"] == str(tmp_path)


def test_a_certificate_counts_only_if_it_exists(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    assert "SSL_CERT_FILE" not in translate({"cert": str(certificate)})
    certificate.touch()
    assert translate({"cert": str(certificate)})["SSL_CERT_FILE"] == str(certificate)


def test_the_systems_certificates_are_trusted_without_any_setting() -> None:
    assert translate({})["UV_SYSTEM_CERTS"] == "1"


def test_what_is_set_for_uv_already_stays(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://mirror.example/simple\n")
    asked = {"PIP_CONFIG_FILE": str(config), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}

    python = str(Path(sys.base_prefix, "bin", "python3"))  # the environment itself has no pip

    assert for_uv(asked, python=python)["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    asked["UV_DEFAULT_INDEX"] = "https://chosen.example/simple"
    kept = for_uv(asked, python=python)
    assert kept["UV_DEFAULT_INDEX"] == "https://chosen.example/simple"
