from __future__ import annotations

import io
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pikepdf
import pytest
import weasyprint
from weasyprint.urls import FatalURLFetchingError

from scheduler.errors import SettingsError
from scheduler.press.render import FolderFetcher, Press, render

NESTED = (
    "<img alt=x src='data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 width=%229%22 height=%229%22>"
    "<image href=%22{url}/a.png%22 width=%229%22 height=%229%22/></svg>'>"
)
"""A picture within a picture."""


@pytest.fixture
def canary():
    """A loopback server that counts the requests it gets."""
    hits = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml")
            self.end_headers()
            self.wfile.write(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder(tmp_path):
    """A templates folder with one template; ``body`` is drawn as text, ``raw`` as the template's own HTML."""
    home = tmp_path / "templates"
    (home / "note").mkdir(parents=True)
    return home


def write(folder, body, css="@page { size: 100mm 50mm; margin: 5mm }"):
    (folder / "note" / "template.html").write_text(
        f'<html lang="zh-CN"><head><title>{{{{ title }}}}</title></head><body>{body}</body></html>', encoding="utf-8"
    )
    (folder / "note" / "style.css").write_text(css, encoding="utf-8")
    return Press(folder)


def text_of(pdf, tmp_path):
    path = tmp_path / "out.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout


def test_paper_is_tagged_pdf_a_3b_in_chinese_with_its_title(folder):
    pdf = write(folder, "<p>{{ title }}</p>").render("note", {"title": "通知"})
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert (str(document.Root.Lang), str(document.docinfo["/Title"])) == ("zh-CN", "通知")
        assert document.Root.MarkInfo.Marked
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "3B"
        assert document.Root.Metadata.get("/Filter") is None


def test_same_input_gives_same_bytes_also_from_a_fresh_press(folder):
    press, data = write(folder, "<p>{{ title }}</p>"), {"title": "通知"}
    first = press.render("note", data)
    assert first == press.render("note", data) == Press(folder).render("note", data)
    assert first == render("note", data, folder=folder)
    assert first != press.render("note", {"title": "通告"})


def test_markup_in_data_is_drawn_as_text(folder, tmp_path, canary):
    address, hits = canary
    press = write(folder, "<p>{{ title }}</p><div title='{{ title }}'></div>")
    hostile = f"<img src='{address}/a'>{{{{ 7 * 7 }}}}\"><link rel=attachment href='file:///etc/passwd'>"
    text = text_of(press.render("note", {"title": hostile}), tmp_path)
    assert "<img src=" in text
    assert "{{ 7 * 7 }}" in text
    assert hits == []


@pytest.mark.parametrize(
    "body",
    [
        "<img alt=x src='{url}/a.png'>",
        "<link rel=stylesheet href='{url}/a.css'>",
        "<link rel=attachment href='{url}/a'>",
        "<style>@import '{url}/a.css';</style>",
        "<style>@font-face {{ font-family: x; src: url({url}/a.ttf) }} p {{ font-family: x }}</style><p>x</p>",
        "<p style='background: url({url}/a.png)'>x</p>",
        NESTED,
    ],
)
def test_addresses_outside_stop_the_rendering_and_are_never_asked(folder, canary, body):
    address, hits = canary
    with pytest.raises(SettingsError):
        write(folder, body.format(url=address)).render("note", {"title": "x"})
    with pytest.raises(SettingsError):
        write(folder, body.format(url="file:///etc/passwd?")).render("note", {"title": "x"})
    assert hits == []


def test_control_the_canary_is_hit_without_our_fetcher(canary):
    address, hits = canary
    weasyprint.HTML(string=f"<img alt=x src='{address}/a'>").write_pdf()
    assert hits == ["/a"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "file://localhost/etc/passwd",
        "file:///{folder}/../secret.txt",
        "file:///{folder}/%2e%2e/secret.txt",
        "file:///{folder}/link.txt",
        "ftp://127.0.0.1/x",
        "http://127.0.0.1:9/x",
        "//127.0.0.1/x",
        "",
    ],
)
def test_fetcher_refuses(folder, url):
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    with pytest.raises(FatalURLFetchingError):
        FolderFetcher(folder).fetch(url.replace("{folder}", str(folder).lstrip("/")))


def test_fetcher_gives_files_of_the_folder_and_data(folder):
    (folder / "a b.txt").write_text("inside")
    fetcher = FolderFetcher(folder)
    assert fetcher.fetch((folder / "a b.txt").as_uri()).read() == b"inside"
    assert fetcher.fetch("data:text/plain,hello").read() == b"hello"


def test_picture_that_cannot_be_read_stops_the_rendering(folder):
    with pytest.raises(SettingsError, match="无法排印"):
        write(folder, "<img alt=x src='data:image/png;base64,AAAA'>").render("note", {"title": "x"})


def test_missing_folder_is_said_at_once(tmp_path):
    with pytest.raises(SettingsError, match="模板文件夹不存在"):
        Press(tmp_path / "nowhere")
