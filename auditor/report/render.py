"""From a review to pages: Jinja2 with autoescape, a strict content-security policy, one style inside each page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jinja2
from jinja2.compiler import CodeGenerator
from markupsafe import Markup

from auditor.findings.review import Review
from auditor.report import editions, labels, numbers, slug, tongue
from auditor.report.brevity import LARGEST, STEPS
from auditor.report.cite import safe, say
from auditor.report.context import Context
from auditor.report.index import index_model
from auditor.report.locale.page import heard, in_language
from auditor.report.place import place_model
from auditor.resources import folder


class _Code(CodeGenerator):
    """The code of templates, which escapes what it puts out by :func:`auditor.report.cite.safe`."""

    def _output_child_pre(self, *_: object) -> None:
        self.write("environment.safe(")


class _Environment(jinja2.Environment):
    """An environment in which the parts of a model are looked up before the methods of the dictionary that holds them.

    Models are dictionaries, and a page looks up thousands of parts: the usual order raises and catches an exception for
    each. A part called like a method (``items``) is then the part.
    """

    code_generator_class = _Code
    safe = staticmethod(safe)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return ``obj.attribute`` of a template."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def environment() -> jinja2.Environment:
    """Return the environment of the templates; each template is compiled once in a process."""
    made = _Environment(
        loader=jinja2.FileSystemLoader(folder("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    made.globals.update(say=say, verdicts=labels.VERDICTS, marks=labels.OUTCOME_MARKS)
    made.filters["table_link"] = table_link
    made.filters["day"] = numbers.date
    return made


def table_link(target: str, up: str = "") -> str:
    """Return a link to a table of the output folder, or nothing for anything else (no scheme, no leaving)."""
    safe = re.fullmatch(r"tables/[A-Za-z0-9][A-Za-z0-9._-]*\.csv(#[A-Za-z0-9._=&;,-]*)?", target)
    return f"{up}{target}" if safe else ""


@cache
def _stylesheet() -> str:
    text = (folder("templates") / "style.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def css_text(text: str) -> str:
    """Write a text as a CSS string: everything but plain letters, digits and spaces as a code point."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):x} " for c in text)
    return f'"{plain}"'


def style(header: str, more: str = "") -> Markup:
    """Return the style of a page, with the header that runs over its printed pages and what is its own."""
    running = f"@page{{@top-left{{content:{css_text(header[:110])}}}}}"
    return Markup(f"{_stylesheet()}\n{running}{more}")  # noqa: S704 - our own file, and an escaped string


def policy(css: str) -> str:
    """Return the content-security policy: nothing but this very style and inline images."""
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


class Renderer:
    """The pages of one review.

    Parameters
    ----------
    review : Review
    language : str
        Language of the pages.

    Raises
    ------
    ValueError
        When two places would share a file, a page's path is not one that this program gives, or the review names a
        language that no page is written in.
    """

    def __init__(self, review: Review, language: str = "en") -> None:
        slug.check(place.page for place in review.places)
        self.context = Context(review, language)
        self.languages = editions.languages_of(review.audit)

    def place_path(self, index: int) -> str:
        """Return the path of the page of one place."""
        return self.context.path(self.context.review.places[index].page)

    def index_path(self) -> str:
        """Return the path of the index."""
        return self.context.path(editions.INDEX)

    def place(self, index: int) -> str:
        """Return the page of one place; one that would be too large is printed in short, step by step."""
        html, path = "", self.context.review.places[index].page
        with tongue.speaking(self.context.language):
            for brevity in STEPS:
                model = place_model(self.context, index, brevity)
                header = f"{model['name']} - Statistical screening report, not a finding of unlawful conduct"
                html = self._render("place.html.j2", model, header, path, up="../")
                if len(html.encode("utf-8")) <= LARGEST:
                    break
        return html

    def index(self) -> str:
        """Return the index."""
        with tongue.speaking(self.context.language):
            model = index_model(self.context)
            mark = "SIMULATED - " if model["simulated"] else ""
            header = f"{mark}{model['title']} - Statistical screening report"
            return self._render("index.html.j2", model, header, editions.INDEX, up="")

    def _render(self, template: str, model: dict[str, Any], header: str, path: str, *, up: str) -> str:
        language = self.context.language
        css = style(heard(header, language), model.get("more_style", ""))
        values: dict[str, Any] = {"style": css, "policy": policy(css), "language": language, "up": up}
        values["home"] = self.index_path()
        values["editions"] = editions.links(path, language, self.languages)
        page = environment().get_template(template).render(**model, **values)
        return page if language == tongue.ENGLISH else in_language(page, language)


def render_pages(review: Review, language: str = "en") -> Iterator[tuple[str, str]]:
    """Yield every page of a review as (path, HTML), the index last.

    Raises
    ------
    ValueError
        When two places would share a file.
    """
    renderer = Renderer(review, language)
    for index, place in enumerate(review.places):
        yield renderer.context.path(place.page), renderer.place(index)
    yield renderer.index_path(), renderer.index()


_LAST: list[tuple[Review, str, Renderer]] = []


def render_place(review: Review, place_id: str, language: str = "en") -> str:
    """Return the page of one place; what the pages of a review share is kept for the next call.

    Raises
    ------
    UsageError
        When the review holds no such place.
    """
    if not _LAST or _LAST[0][0] is not review or _LAST[0][1] != language:
        _LAST[:] = [(review, language, Renderer(review, language))]
    wanted = review.place(place_id)
    index = next(i for i, place in enumerate(review.places) if place is wanted)
    return _LAST[0][2].place(index)
