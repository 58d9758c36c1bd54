"""Who is let in: host, origin, cookie, mark of the form, size; and what every answer bears."""

from __future__ import annotations

import io
import zipfile

import pytest

from auditor.app import guard
from auditor.app.build import ROUTES
from auditor.app.desk import Desk

from .conftest import HOME, PORT, Browser, Page

GET = sorted(
    {route.path for route in ROUTES if "GET" in (route.methods or ()) and "{" not in route.path} - {guard.OPEN}
)
POST = sorted({route.path for route in ROUTES if "POST" in (route.methods or ())})


@pytest.mark.parametrize("path", [guard.OPEN, *GET, "/pages/index.html", "/letters/letter-1-crcl.docx", "/nowhere"])
@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", "0.0.0.0:8123", f"[::1]:{PORT}", ""]
)
def test_another_host_is_refused(browser: Browser, path: str, host: str) -> None:
    answer = browser.get(path, headers={"host": host})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}"])
def test_our_own_hosts_are_answered(browser: Browser, host: str) -> None:
    assert browser.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", [*GET, "/pages/index.html", "/nowhere"])
def test_without_the_cookie_nothing_is_shown(browser: Browser, path: str) -> None:
    browser.client.cookies.clear()
    for cookie in ("", f"auditor-{PORT}=", f"auditor-{PORT}=guess", "auditor-1=x", 'auditor-8123="a\\"; b', "=;;="):
        answer = browser.get(path, headers={"cookie": cookie})
        assert (answer.status_code, "Files" in answer.text) == (403, False)


@pytest.mark.parametrize("path", POST)
def test_a_form_from_elsewhere_is_refused(browser: Browser, at: Desk, path: str) -> None:
    """From another origin, from none, from another port; without our mark; with a wrong one."""
    sent = {"form": at.keys.form}
    for origin in (
        "http://evil.example",
        "null",
        f"https://127.0.0.1:{PORT}",
        "http://127.0.0.1:1",
        "http://localhost:1",
    ):
        assert browser.client.post(path, data=sent, headers={"origin": origin}).status_code == 403
    assert browser.client.post(path, data=sent).status_code == 403
    for mark in ({}, {"form": ""}, {"form": "guess"}, {"form": at.keys.session}):
        assert browser.client.post(path, data=mark, headers={"origin": HOME}).status_code == 403
    assert at.case.root.is_dir()
    assert at.jobs.current is None


def test_a_request_that_another_site_caused_is_refused(browser: Browser) -> None:
    for site in ("cross-site", "same-site"):
        assert browser.get("/", headers={"sec-fetch-site": site}).status_code == 403
    for site in ("same-origin", "none"):
        assert browser.get("/", headers={"sec-fetch-site": site}).status_code == 200


def test_two_hosts_or_two_origins_are_refused(browser: Browser) -> None:
    own = ("host", f"127.0.0.1:{PORT}")
    assert browser.client.get("/", headers=[own, ("host", "evil.example")]).status_code == 403
    twice = [own, ("origin", HOME), ("origin", "http://evil.example")]
    assert browser.client.post("/look", headers=twice).status_code == 403


def test_the_link_works_once_and_brings_the_cookie(browser: Browser, at: Desk) -> None:
    browser.client.cookies.clear()
    link = f"/open?token={at.keys.link}"
    answer = browser.get(link, headers={"sec-fetch-site": "cross-site"})  # from a mail or a terminal
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"auditor-{PORT}={at.keys.session};")
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"httponly", "path=/", "samesite=strict"}
    assert browser.get("/").status_code == 200
    assert at.told == ["spent"]  # type: ignore[attr-defined]
    browser.client.cookies.clear()
    for again in (link, "/open", "/open?token=", f"/open?token={at.keys.session}"):
        refused = browser.get(again)
        assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(browser: Browser, method: str) -> None:
    answer = browser.client.request(method, "/", headers={"origin": HOME})
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/style.css", "/finish", "/nowhere", "/pages/x.html", "/bundle"])
def test_every_answer_bears_the_headers(browser: Browser, path: str) -> None:
    for answer in (browser.get(path), browser.get(path, headers={"host": "evil.example"})):
        for name, value in guard.HEADERS.items():
            assert answer.headers[name] == value
        assert "server" not in answer.headers
    assert "script-src" not in guard.POLICY
    assert guard.POLICY.startswith("default-src 'none'")


def test_a_request_that_is_too_large_is_refused(browser: Browser, at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_UPLOAD", 20_000)
    answer = browser.upload(("a.csv", b"x" * 30_000))
    assert answer.status_code == 413
    assert at.case.files() == []
    monkeypatch.setattr(guard, "LARGEST_FORM", 1_000)
    assert browser.post("/questions", {"a": "x" * 2_000}).status_code == 413


def test_too_many_files_at_once_are_refused(browser: Browser, at: Desk) -> None:
    answer = browser.upload(*((f"{i}.csv", b"x") for i in range(201)))
    assert answer.status_code == 400
    assert at.case.files() == []


@pytest.mark.parametrize(
    "path",
    ["/pages/../case/audit.toml", "/pages/..%2fcase%2faudit.toml", "/pages/%2e%2e/case/audit.toml",
     "/pages//etc/passwd", "/pages/C:%5Cwindows", "/pages/index.html%00", "/letters/..%2fstate%2flook.json",
     "/letters/%2e%2e", "/pages/"],
)  # fmt: skip
def test_no_path_leads_out_of_the_review(browser: Browser, at: Desk, path: str) -> None:
    at.case.config.write_text("secret = 1")
    at.case.out.mkdir()
    (at.case.out / "index.html").write_text("<title>x</title>")
    (at.case.out / "link.html").symlink_to(at.case.config)
    (at.case.state / "run.json").write_text('{"result": {"places": [], "failures": []}}')
    assert browser.get("/pages/index.html").status_code == 200
    for wanted in (path, "/pages/link.html"):
        answer = browser.get(wanted)
        assert answer.status_code == 404
        assert "secret" not in answer.text


def test_a_fault_names_our_line_and_no_data(browser: Browser, at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("ZYXWVUT, QRSTA")

    monkeypatch.setattr(type(at.case), "files", broken)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "RuntimeError at app/steps/files.py" in answer.text
    assert "ZYXWVUT" not in answer.text
    assert answer.headers["content-security-policy"] == guard.POLICY


def test_no_page_has_a_script_or_an_address_outside(browser: Browser) -> None:
    for path in ("/", "/finish", "/nowhere", "/style.css"):
        text = browser.get(path).text
        assert not {"script", "iframe", "object", "embed"} & set(Page(text).tags)
        assert "://" not in text


def test_the_bundle_of_nothing_is_refused(browser: Browser) -> None:
    answer = browser.get("/bundle")
    assert answer.status_code == 404
    assert not zipfile.is_zipfile(io.BytesIO(answer.content))
