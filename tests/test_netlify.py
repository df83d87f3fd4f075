"""Netlify's own parsers accept what this project hands to Netlify, and read it as it is meant."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import headers_for, read_headers

Node = Callable[..., str]


@pytest.mark.parametrize(
    ("context", "branch", "address"),
    [
        ("production", "main", "$URL"),
        ("deploy-preview", "a-pull-request", "$DEPLOY_PRIME_URL"),
        ("branch-deploy", "a-branch", "$DEPLOY_PRIME_URL"),
    ],
)
def test_each_context_builds_with_its_own_address(
    checkout: Path, node: Node, node_modules: Path, context: str, branch: str, address: str
) -> None:
    config = json.loads(node(checkout / "tests/netlify/config.mjs", checkout, context, branch))
    build = config["build"]
    assert build["command"] == f'python -m pip install . && edition build --base-url "{address}"'
    assert build["publish"] == str(checkout / "site")
    assert build["environment"]["PYTHON_VERSION"] >= "3.11"
    assert build["processing"]["html"]["pretty_urls"] is True


@pytest.fixture(scope="module")
def rules(checkout: Path, node: Node, node_modules: Path, sample_site: Path) -> dict[str, Any]:
    """What Netlify reads in the built site's ``_headers`` and ``_redirects``."""
    found: dict[str, Any] = json.loads(node(checkout / "tests/netlify/rules.mjs", sample_site))
    return found


def test_headers_and_redirects_parse(sample_site: Path, rules: dict[str, Any]) -> None:
    assert rules["errors"] == []
    assert rules["headers"] != []
    lines = [line for line in (sample_site / "_redirects").read_text("utf-8").splitlines() if line.strip()]
    assert len(rules["redirects"]) == len([line for line in lines if not line.startswith("#")])


def test_netlify_and_the_test_server_read_the_same_headers(sample_site: Path, rules: dict[str, Any]) -> None:
    ours = [headers for _, headers in read_headers(sample_site / "_headers")]
    theirs = [{name.lower(): value for name, value in rule["values"].items()} for rule in rules["headers"]]
    assert ours == theirs


def test_pages_carry_a_strict_policy(sample_site: Path) -> None:
    headers = headers_for(read_headers(sample_site / "_headers"), "/")
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["font-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert "referrer-policy" in headers


def test_no_two_rules_set_the_same_header_on_a_page(sample_site: Path) -> None:
    """Hosts differ in whether such values are joined or replaced. Embedded pages alone need a policy of their own."""
    rules = read_headers(sample_site / "_headers")
    twice: set[tuple[str, str]] = set()
    for path in sorted(sample_site.rglob("*")):
        address = "/" + path.relative_to(sample_site).as_posix()
        names = [name for pattern, headers in rules if pattern.fullmatch(address) for name in headers]
        twice |= {(address, name) for name in names if names.count(name) > 1}
    assert {(a, n) for a, n in twice if not (a.startswith("/embed/") and n == "content-security-policy")} == set()


def test_redirects_lead_to_pages(sample_site: Path, rules: dict[str, Any]) -> None:
    for redirect in rules["redirects"]:
        target = redirect["to"].partition("#")[0]
        if target.startswith("/") and ":" not in target:
            page = sample_site / target.strip("/")
            assert page.is_file() or (page / "index.html").is_file(), redirect


def test_an_unknown_address_has_a_page(sample_site: Path) -> None:
    assert (sample_site / "404.html").is_file()
