"""Template and plain data become PDF bytes: PDF/A-3b, tagged, zh-CN, same input same bytes.

Used by the office for every paper. Nothing here knows what a certificate is; addresses outside the templates folder are
refused, whatever the data say.
"""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import pydyf
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from scheduler.errors import Finding, SettingsError, Text
from scheduler.press import fontfiles, templates
from scheduler.press.compiled import Compiled, compiled
from scheduler.press.fontset import PressFont

_SHARED_STYLES = ("shared/page.css", "shared/fonts.css")


class FolderFetcher(URLFetcher):  # type: ignore[misc]
    """Fetches ``data:`` addresses and files inside one folder; anything else stops the rendering."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False, fail_on_errors=True)
        self._folder = folder.resolve()

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return what stands at an address; raises FatalURLFetchingError for every address that is not allowed."""
        try:
            if not url.lower().startswith("data:"):
                self._check(url)
            return super().fetch(url, headers)
        except (OSError, ValueError) as fault:
            raise FatalURLFetchingError(f"refused address: {url[:120]} ({fault})") from fault

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme.lower() != "file" or parts.netloc:
            raise ValueError("only files of the templates folder and data: may be drawn")
        # Links are followed before the comparison, so that a link inside the folder opens nothing outside.
        if not Path(unquote(parts.path)).resolve().is_relative_to(self._folder):
            raise ValueError("outside the templates folder")


class Press:
    """One templates folder with everything that may be kept between papers: fonts, parsed styles, compiled templates."""

    def __init__(self, folder: Path) -> None:
        """Open a press.

        Args:
            folder: The templates folder.

        Raises:
            SettingsError: The folder does not exist.
        """
        if not folder.is_dir():
            raise SettingsError(Text(f"模板文件夹不存在：{folder}", f"no templates folder: {folder}"))
        fontfiles.install()
        self._folder = folder.resolve()
        self._templates = templates.environment(self._folder)
        self._fetcher = FolderFetcher(self._folder)
        self._fonts = FontConfiguration()
        self._styles: dict[str, list[weasyprint.CSS]] = {}

    def html(self, template: str, data: Mapping[str, object]) -> str:
        """Return the filled HTML, mainly for tests and previews."""
        return templates.html(self._templates, template, data)

    def render(self, template: str, data: Mapping[str, object]) -> bytes:
        """Return a paper as PDF.

        Args:
            template: Folder of the template below the templates folder, such as ``certificates/skill_level``.
            data: Plain values only: text, numbers, lists, mappings; pictures as ``data:`` addresses.

        Returns:
            PDF/A-3b, tagged; the same input gives the same bytes.

        Raises:
            SettingsError: The template is missing or broken, or something asks for an address that is not allowed.
        """
        return self._drawn(template, data)[1]

    def compile(
        self,
        template: str,
        data: Mapping[str, object],
        keys: list[str],
        fonts: dict[int, PressFont],
        *,
        plain: bool = False,
    ) -> Compiled:
        """Return a paper of dummies compiled for stamping; arguments as `compiled.compiled` and `render`.

        Args:
            plain: No PDF/A and no tags, for pages that are only printed.

        Raises:
            SettingsError: As `render`.
            Unstampable: The template cannot be stamped.
        """
        document, pdf = self._drawn(template, data, plain=plain)
        return compiled(document, pdf, keys, fonts)

    def try_out(self, template: str, data: Mapping[str, object]) -> tuple[bytes, int, bool]:
        """Return a plain PDF, on how many pages it came, and whether no font has one of its characters."""
        with _Complaints(logging.WARNING) as complaints:
            document, pdf = self._drawn(template, data, plain=True)
        return pdf, len(document.pages), any(".notdef" in said for said in complaints.said)

    def _drawn(
        self, template: str, data: Mapping[str, object], *, plain: bool = False
    ) -> tuple[weasyprint.Document, bytes]:
        html = self.html(template, data)
        base = self._folder.joinpath(template).as_uri() + "/"
        source = weasyprint.HTML(string=html, base_url=base, url_fetcher=self._fetcher)
        # Without tags WeasyPrint would draw neighbouring texts as one, which cannot be told apart when compiling.
        options: dict[str, object] = {"pdf_tags": True} | ({} if plain else {"pdf_variant": "pdf/a-3b"})
        with _Complaints() as complaints:
            try:
                document = source.render(stylesheets=self._styles_of(template), font_config=self._fonts, **options)
                identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
                pdf: bytes = document.write_pdf(finisher=_finish, pdf_identifier=identifier, **options)
            except FatalURLFetchingError as refused:
                raise _refusal(template, str(refused)) from refused
        if complaints.said:
            raise _refusal(template, complaints.said[0])
        return document, pdf

    def _styles_of(self, template: str) -> list[weasyprint.CSS]:
        if template not in self._styles:
            names = [*_SHARED_STYLES, f"{template}/style.css"]
            paths = [self._folder / name for name in names if (self._folder / name).is_file()]
            try:
                self._styles[template] = [
                    weasyprint.CSS(filename=path, url_fetcher=self._fetcher, font_config=self._fonts) for path in paths
                ]
            except FatalURLFetchingError as refused:
                raise _refusal(template, str(refused)) from refused
        return self._styles[template]


def render(template: str, data: Mapping[str, object], *, folder: Path) -> bytes:
    """Return a paper as PDF by the press of a folder, which is opened once; see `Press.render`."""
    return _press_of(folder.resolve()).render(template, data)


@lru_cache(maxsize=8)
def _press_of(folder: Path) -> Press:
    return Press(folder)


class _Complaints(logging.Handler):
    """Collects what WeasyPrint only logs although the paper is spoilt, such as a picture that cannot be read."""

    def __init__(self, level: int = logging.ERROR) -> None:
        super().__init__(level)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage()[:200])

    def __enter__(self) -> Self:
        logging.getLogger("weasyprint").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("weasyprint").removeHandler(self)


def _finish(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    """Store slim fonts and mend what strict PDF/A checkers refuse: empty resources, packed metadata, odd stream ends."""
    fontfiles.unwrap(document, pdf)
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Stream):
            thing.compress = thing.compress and thing.extra.get("Type") != "/Metadata"
            _pad(thing)
        resources: Any = thing.extra.get("Resources") if isinstance(thing, pydyf.Stream) else thing
        if isinstance(resources, dict) and "XObject" in resources:
            for name in ("Pattern", "Shading"):
                if name in resources and not resources[name]:
                    del resources[name]


def _pad(stream: pydyf.Stream) -> None:
    """Add a line end to drawing orders whose packed form would end with CR, which looks one byte short before a line end.

    A packed stream ends with the checksum of its content, so one more byte of content changes its last byte.
    """
    if not stream.compress or not {"Length1", "N", "Width"}.isdisjoint(stream.extra):
        return
    content = pydyf.Stream(stream.stream).data.partition(b"stream\n")[2].removesuffix(b"\nendstream")
    if zlib.adler32(content) & 0xFF == ord("\r"):
        stream.stream.append(b"")


def _refusal(template: str, reason: str) -> SettingsError:
    what = Text(f"模板 {template} 无法排印：{reason}", f"template {template} cannot be printed: {reason}")
    return SettingsError(what, [Finding("press-refused", what)])
