"""What stands around every page: headers, limits, logs, figures, assets, and an orderly stop."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from hashlib import sha256

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from scheduler.errors import SettingsError
from scheduler.web.answers import Bounds, Desk
from scheduler.web.app import Options, create_app, inquiry_path
from scheduler.web.figures import Figures
from scheduler.web.guard import HEADERS, MOST_BYTES
from scheduler.web.limits import SLOTS, Limit, network
from scheduler.web.logs import JsonLines, masked
from scheduler.web.pages import web_folder
from scheduler.web.serve import serve
from tests.house.paths import ROOT

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", ["/v", "/v/link", "/healthz", "/nothing", "/static/web.css", "/api/v1/openapi.json"])
def test_every_answer_has_the_headers(client, path):
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/v", "/v/link", "/nothing"])
def test_pages_need_no_script_and_no_address_outside(client, path):
    page = re.sub(r"(?s)<pre>.*?</pre>", "", client.get(path).text)  # what other sites may copy
    assert not re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", page)
    assert {a for a in re.findall(r'(?:src|href|action)="([^"]*)"', page) if not a.startswith(("/", "?", "#"))} == set()


def test_assets_are_what_was_vendored_and_call_nobody():
    folder = web_folder() / "static"
    listed = tomllib.loads((folder / "VENDORED.toml").read_text(encoding="utf-8"))["file"]
    for one in listed:
        assert sha256((folder / one["name"]).read_bytes()).hexdigest() == one["sha256"]
        assert (folder / one["licence_file"]).read_text(encoding="utf-8").strip()
    ours = {"web.css", "icon.svg", "VENDORED.toml", "board.js", "marks.js"}
    assert {path.name for path in folder.iterdir()} - ours == {
        n for one in listed for n in (one["name"], one["licence_file"])
    }
    for path in [*web_folder().rglob("*.html"), *folder.glob("*.css"), *folder.glob("*.js")]:
        assert re.findall(r"""["'(]\s*(?:https?:)?//[^"'\s)]+""", path.read_text(encoding="utf-8")) == [], path.name


def test_language_is_chosen_by_address_cookie_and_browser(issued):
    client = TestClient(create_app(issued))
    assert 'lang="zh-CN"' in client.get("/v").text
    assert "Certificate inquiry" in client.get("/v", headers={"Accept-Language": "de,en;q=0.8"}).text
    assert "证书查询" in client.get("/v?lang=zh", headers={"Accept-Language": "en"}).text
    assert "证书查询" in client.get("/v", headers={"Accept-Language": "en"}).text


def test_guesses_are_limited_from_the_kth_by_address_and_by_number(issued, papers):
    paper = papers["龚䶮", "electrician-5"]
    app = create_app(issued, Options(Bounds(per_address=6, per_number=4, step_s=0)))
    one, other = TestClient(app, client=("192.0.2.1", 1)), TestClient(app, client=("192.0.2.2", 1))
    ask = {"number": paper.number, "name": "李四"}
    said = [one.post("/api/v1/inquiry", json=ask).status_code for _ in range(6)]
    assert said == [404, 404, 404, 404, 429, 429]
    refused = other.post("/api/v1/inquiry", json=ask | {"name": "龚䶮"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == refused.json()["retry_after_s"] > 0
    # The holder's code opens it all the same: nobody can be locked out by strangers who guess.
    assert other.post("/api/v1/inquiry", json={"code": paper.face.inquiry_code}).status_code == 200
    assert one.post("/api/v1/inquiry", json={"code": paper.face.inquiry_code}).status_code == 429


def test_absent_numbers_are_limited_like_present_ones(issued, papers):
    def statuses(number):
        app = create_app(issued, Options(Bounds(per_address=100, per_number=3, step_s=0)))
        client = TestClient(app)
        return [client.post("/v", data={"number": number, "name": "李四"}).status_code for _ in range(5)]

    assert (
        statuses(papers["龚䶮", "electrician-5"].number) == statuses("S000000000000000000000") == [200] * 3 + [429] * 2
    )


def test_right_answers_are_no_guesses(issued, papers):
    paper = papers["龚䶮", "electrician-5"]
    client = TestClient(create_app(issued, Options(Bounds(per_address=2, per_number=2, step_s=0))))
    ask = {"number": paper.number, "name": "龚䶮"}
    assert {client.post("/api/v1/inquiry", json=ask).status_code for _ in range(10)} == {200}


def test_bucket_drains_with_time():
    now = [0.0]
    limit = Limit(3, 30, lambda: now[0])
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 10]
    now[0] = 9.9
    assert limit.take("a") == pytest.approx(0.1)
    now[0] = 10
    assert [limit.take("a"), limit.take("a")] == [0, 10]
    assert limit.take("b") == 0


def test_strangers_cannot_flush_or_grow_the_table():
    limit = Limit(1, 3600)
    assert limit.take("victim") == 0
    for n in range(20_000):
        limit.take(str(n))
    assert limit.take("victim") > 0
    assert len(limit._level) == len(limit._at) == SLOTS


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("x", "x"),
    ],
)
def test_one_subscriber_is_one_address(address, counted):
    assert network(address) == counted


def test_answers_leave_at_steps_and_ask_the_registry_the_same(issued, papers):
    """Not timed: on a busy machine times say nothing. The same statements are run, and no answer leaves before its step."""
    desk = Desk(issued, Bounds(per_address=999, per_number=999, step_s=0.02), Figures())
    number = papers["龚䶮", "electrician-5"].number
    engine, said = issued.registry._engine, []

    def listen(connection, cursor, statement, *_):
        said.append(statement)

    async def asked(wanted):
        said.clear()
        began = time.perf_counter()
        await desk.by_number("192.0.2.1", wanted, "李四")
        assert time.perf_counter() - began >= 0.019
        return list(said)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        wrong, none = asyncio.run(asked(number)), asyncio.run(asked(number[:-1] + "9"))
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert len(wrong) >= 3
    assert wrong == none


def test_logs_are_json_without_numbers_and_names():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "of 990103199507221772", (), None)
    record.path, record.status = "/v/S000099990101265000002", 200
    said = json.loads(JsonLines().format(record))
    assert said["path"] == "/v/S00" + "*" * 17 + "02"
    assert said["message"] == "of 990*************72"
    assert masked("round 2026-06-YL, room T1, 12345") == "round 2026-06-YL, room T1, 12345"


def test_request_is_logged_without_its_query(client, papers, caplog):
    paper = papers["龚䶮", "electrician-5"]
    with caplog.at_level(logging.INFO, "scheduler.web"):
        client.get("/v", params={"c": paper.face.inquiry_code, "n": paper.number})
        client.post("/v", data={"number": paper.number, "name": "龚䶮"})
    lines = [JsonLines().format(record) for record in caplog.records if record.name == "scheduler.web"]
    assert [json.loads(line)["path"] for line in lines] == ["/v", "/v"]
    assert not [line for line in lines if paper.number in line or paper.face.inquiry_code in line or "龚" in line]


def test_fault_is_told_by_kind_and_number_only(issued, caplog):
    app = create_app(issued)
    app.app.add_api_route("/broken", _broken)
    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    record = next(record for record in caplog.records if record.exc_info)
    assert "990103199507221772" not in answer.text + JsonLines().format(record)
    assert "ValueError at test_guard.py" in JsonLines().format(record)


def _broken():
    raise ValueError("990103199507221772")


def test_figures_count_and_are_for_this_machine_only(issued):
    app = create_app(issued, Options(Bounds(step_s=0)))
    here, away = TestClient(app, client=("127.0.0.1", 1)), TestClient(app, client=("192.0.2.1", 1))
    here.post("/v", data={"number": "X", "name": "Y"})
    text = here.get("/metrics").text
    assert 'scheduler_inquiries_total{kind="number",answer="nothing"} 1' in text
    assert 'scheduler_requests_total{method="POST",route="/v",status="200"} 1' in text
    assert away.get("/metrics").status_code == 404


def test_too_large_a_body_is_refused(client):
    assert client.post("/v/file", files={"file": ("x.pdf", b"0" * (MOST_BYTES + 1))}).status_code == 413
    assert client.post("/v", content=b"number=" + b"1" * MOST_BYTES, headers=FORM).status_code == 413


@pytest.mark.parametrize("body", ["{", "[]", '{"number": 1}', '{"number": "1", "name": "2", "more": 3}', "{}"])
def test_wrong_json_is_told_so(client, body):
    answer = client.post("/api/v1/inquiry", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("url", "path"), [("https://x.example/v", "/v"), ("https://x.example", "/v"), ("https://x.example/a/b", "/a/b")]
)
def test_page_stands_where_the_codes_lead(url, path):
    assert inquiry_path(url) == path


def test_port_in_use_is_said(issued):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingsError, match="无法监听"):
        serve(issued, host="127.0.0.1", port=taken.getsockname()[1])


def test_server_starts_answers_and_stops_in_order(issued):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "scheduler", "serve", "--office", str(issued.settings.file), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                    assert json.load(answer) == {"status": "ok"}
                break
            except OSError:
                assert time.monotonic() < deadline
                assert server.poll() is None
                time.sleep(0.1)
        server.send_signal(signal.SIGTERM)
        _, logged = server.communicate(timeout=30)
    finally:
        server.kill()
    assert server.returncode in {0, -signal.SIGTERM}
    assert [json.loads(line) for line in logged.splitlines()]
