"""SVG as text: elements with escaped attributes and contents. Nothing of it carries a style or a script."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

Attribute = str | int | float


def element(name: str, *content: str | Markup, **attributes: Attribute | None) -> Markup:
    """One element: a trailing ``_`` is dropped from attributes' names, other ``_`` become ``-``; None is left out."""
    # There are thousands on a page: what can't hold anything to escape isn't looked at.
    written = "".join(
        [
            f' {_written(key)}="{_attribute(value) if isinstance(value, str) else _short(value)}"'
            for key, value in attributes.items()
            if value is not None
        ]
    )
    inner = "".join([one if isinstance(one, Markup) else escape(one) for one in content])
    return Markup(f"<{name}{written}>{inner}</{name}>") if inner else Markup(f"<{name}{written}/>")


def image(
    identity: str, title: str, description: str, width: float, height: float, *content: Markup, class_: str
) -> Markup:
    """An image that says what it shows to who can't see it.

    Args:
        identity: unique on the page; the ids of title and description are made from it.
        width: of the view box, whose origin is 0, 0; the style sheet gives the image its size.
    """
    return element(
        "svg", element("title", title, id=f"{identity}-title"), element("desc", description, id=f"{identity}-desc"),
        *content,
        viewBox=f"0 0 {_short(width)} {_short(height)}", role="img", class_=class_,
        aria_labelledby=f"{identity}-title {identity}-desc",
    )  # fmt: skip


def _attribute(text: str) -> str:
    return text if text.isalnum() else escape(text)


@lru_cache
def _written(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _short(value: Attribute) -> str:
    """Numbers with one decimal at most: a tenth of a unit can't be seen."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
