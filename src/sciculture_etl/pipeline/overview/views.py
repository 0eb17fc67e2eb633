"""The operator's views, in the order in which they are shown, and how one becomes a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sciculture_etl.pages import Language, render
from sciculture_etl.pages.words import Words
from sciculture_etl.pipeline.overview.arrivals import collect_findings, collect_submissions
from sciculture_etl.pipeline.overview.completeness import collect_completeness
from sciculture_etl.pipeline.overview.index import collect_index
from sciculture_etl.pipeline.overview.releases import collect_releases
from sciculture_etl.pipeline.overview.runs import collect_runs
from sciculture_etl.pipeline.overview.sources import Row, Sources
from sciculture_etl.pipeline.overview.waiting import collect_waiting

WORDS = "operators"


@dataclass(frozen=True)
class View:
    """One page of the operator's.

    Attributes:
        name: of its template in ``pages/templates/operators``, and of its words.
        collect: sources → the values that its template is given as ``view``.
    """

    name: str
    collect: Callable[[Sources], Row]


VIEWS = (
    View("index", collect_index), View("submissions", collect_submissions), View("findings", collect_findings),
    View("completeness", collect_completeness), View("waiting", collect_waiting), View("runs", collect_runs),
    View("releases", collect_releases),
)  # fmt: skip


def render_view(
    view: View, data: Row, language: Language, frame: str, group: str, link: Callable[..., str | None], **more: Any
) -> str:
    """A view as a page.

    Args:
        data: what its ``collect`` gave.
        frame: the template that it is a block of, whose words are those of the group.
        link: the address of a view by its name, ``None`` where it has none here; further values narrow its list.
        more: what the frame asks for besides.
    """
    words = Words(WORDS, language)
    template = f"operators/{view.name}.html"
    return render(
        template, group, language, w=words, view=data, name=view.name, views=[one.name for one in VIEWS], link=link,
        frame=frame, **more,
    )  # fmt: skip
