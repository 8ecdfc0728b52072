"""One strict, sandboxed template environment: plain data in, HTML out.

Used by render.py only. No template may reach a file outside its folder, an attribute that begins with an underscore, or
an undefined name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from scheduler.errors import SettingsError, Text


class _Inside(jinja2.FileSystemLoader):
    """Reads the templates of one folder; a link that leads out of it leads nowhere."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        for folder in map(Path, self.searchpath):
            if not (folder / template).resolve().is_relative_to(folder.resolve()):
                raise jinja2.TemplateNotFound(template)
        return super().get_source(environment, template)


def environment(folder: Path) -> ImmutableSandboxedEnvironment:
    """Return the environment over one templates folder: autoescape on, undefined names fatal."""
    return ImmutableSandboxedEnvironment(
        loader=_Inside(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=64,
    )


def html(templates: jinja2.Environment, template: str, data: Mapping[str, object]) -> str:
    """Return the HTML of ``<template>/template.html`` filled with plain data.

    Raises:
        SettingsError: No such template, or it asks for a name that the data do not have.
    """
    try:
        return templates.get_template(f"{template}/template.html").render(data)
    except jinja2.TemplateNotFound as missing:
        raise SettingsError(
            Text(f"模板不存在：{missing.name}", f"no such template: {missing.name}"),
            hint=Text("请检查 templates 文件夹是否完整", "check that the templates folder is complete"),
        ) from missing
    except jinja2.TemplateError as fault:
        raise SettingsError(
            Text(f"模板 {template} 无法填写：{fault}", f"template {template} cannot be filled: {fault}"),
            hint=Text("请核对模板中的字段名", "compare the names in the template with the data"),
        ) from fault
