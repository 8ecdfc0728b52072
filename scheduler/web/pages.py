"""Pages drawn from templates, in the reader's language. No rule stands here; data come from verbs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from scheduler.errors import Language, Text
from scheduler.office.desk import Office
from scheduler.office.settings import WEB_FOLDER, templates_folder
from scheduler.phrases import phrase

LANG_COOKIE = "lang"


def web_folder() -> Path:
    """Return the folder of the pages; they always come with the product, because the policy of scripts rests on them."""
    return templates_folder() / WEB_FOLDER


class Pages:
    """The templates of the web office."""

    def __init__(self, office: Office) -> None:
        """Read templates as they are asked for.

        Raises:
            SettingsError: They cannot be found.
        """
        self._office, folder = office, web_folder()
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters["say"] = _say
        self._templates.globals |= {"phrase": phrase, "asset": cache(lambda name: _asset(folder, name))}

    def show(self, request: Request, template: str, *, status: int = 200, data: Mapping[str, object]) -> HTMLResponse:
        """Return a page; ``lang`` in the address is kept in a cookie."""
        settings, lang = self._office.settings, language(request, self._office.language)
        shared: dict[str, object] = {
            "lang": lang,
            "office": Text(settings.office_name, settings.office_name_en or settings.office_name),
            "demo": settings.demo,
            "path": request.url.path,
            "now": self._office.now()[:16].replace("T", " "),
            "user": getattr(request.state, "user", None),
            "csrf": getattr(request.state, "csrf", ""),
        }
        page = self._templates.get_template(f"{template}.html").render(shared | dict(data))
        response = HTMLResponse(page, status)
        if request.query_params.get("lang") in {"zh", "en"}:
            response.set_cookie(LANG_COOKIE, lang, max_age=365 * 86_400, httponly=True, samesite="lax", path="/")
        return response


def language(request: Request, otherwise: Language) -> Language:
    """Return the language asked for: in the address, kept in the cookie, preferred by the browser, or the office's."""
    asked = [request.query_params.get("lang"), _cookie(request)]
    asked += [
        one.partition(";")[0].strip()[:2].lower() for one in request.headers.get("accept-language", "").split(",")
    ]
    for one in asked:
        if one in {"zh", "en"}:
            return "zh" if one == "zh" else "en"
    return otherwise


def _cookie(request: Request) -> str:
    kept = SimpleCookie(request.headers.get("cookie", "")).get(LANG_COOKIE)
    return kept.value if kept else ""


@jinja2.pass_context
def _say(context: jinja2.runtime.Context, text: Text) -> str:
    return text.in_("en" if context["lang"] == "en" else "zh")


def _asset(folder: Path, name: str) -> str:
    """Return the address of a file of ours; it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?v={hashlib.sha256((folder / 'static' / name).read_bytes()).hexdigest()[:12]}"
