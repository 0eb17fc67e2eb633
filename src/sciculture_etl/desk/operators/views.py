"""The operator's views, live: the tables of the last run, the journals, and who holds the warehouse now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response

from sciculture_etl.contracts import load_contracts
from sciculture_etl.desk.operators.kinds import RUNS
from sciculture_etl.desk.visit import Visit
from sciculture_etl.pages.words import Words, page_texts
from sciculture_etl.pipeline.overview import VIEWS, Asked, Sources, View
from sciculture_etl.pipeline.overview.arrivals import with_titles
from sciculture_etl.pipeline.overview.sources import EVERYTHING, shown_moment
from sciculture_etl.pipeline.overview.views import WORDS
from sciculture_etl.publish.candidate import read_candidate
from sciculture_etl.publish.current import current_release
from sciculture_etl.publish.releases import compare_releases
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lock import lock_holder
from sciculture_etl.submissions import submission_history
from sciculture_etl.submissions.life import operations

FRAME = "desk/base.html"
MAX_CHARACTERS, MAX_PAGE = 100, 100_000
MAX_LINES_OF_A_TABLE, MAX_FINDINGS = 20, 200


def show(view: View) -> Callable[[Visit], Response]:
    """The handler of a view."""

    def handler(visit: Visit) -> Response:
        asked = asked_for(visit.request.query_params)
        with opened(visit.desk.settings, asked) as sources:
            data = view.collect(sources)
        more: dict[str, Any] = {"filters": asked} if view.name == "submissions" else {}
        return page(visit, f"operators/{view.name}.html", view.name, view=data, **more)

    return handler


def page(visit: Visit, template: str, name: str, status: int = 200, **values: Any) -> Response:
    """A page of operators: with the bar of views, and what is going on now.

    Args:
        name: of the view that it belongs to.
    """
    holder, known = lock_holder(visit.desk.settings.warehouse), page_texts(WORDS)
    return visit.page(
        template, status, w=Words(WORDS, visit.language), name=name, views=[one.name for one in VIEWS],
        link=link_of(visit), frame=FRAME, holder=described(holder), runs_to_start=[one.kind for one in RUNS],
        steps=known["step"], standings=known["standing"], outcomes=known["outcome"], **values,
    )  # fmt: skip


def described(holder: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Who holds the warehouse, for a page: ``doing``, ``since``, ``step``, ``done``, ``total``."""
    if holder is None:
        return None
    since = str(holder.get("since", ""))
    counts = {name: int(holder.get(name) or 0) for name in ("done", "total")}
    return {
        "doing": str(holder.get("doing", "")), "since": shown_moment(since), "step": str(holder.get("step", "")),
    } | counts  # fmt: skip


@contextmanager
def opened(settings: Settings, asked: Asked) -> Iterator[Sources]:
    """What the views are made from now; no tables where no run has ended yet."""
    contracts, now, holder = load_contracts(), datetime.now(UTC), lock_holder(settings.warehouse)
    if not (settings.warehouse / "operations.duckdb").exists():
        yield Sources(settings, contracts, None, now, holder, asked=asked)
        return
    with operations(settings) as connection:
        yield Sources(settings, contracts, connection, now, holder, asked=asked)


def asked_for(given: QueryParams) -> Asked:
    """What a list is to be narrowed to; what can't be meant narrows nothing."""
    texts = {name: given.get(name, "").strip()[:MAX_CHARACTERS] for name in ("state", "submitter", "dataset", "since")}
    try:
        texts["since"] = date.fromisoformat(texts["since"]).isoformat()  # it reads more than the database does
    except ValueError:
        texts["since"] = ""
    number = given.get("page", "")
    is_number = number.isascii() and number.isdigit() and len(number) <= MAX_CHARACTERS
    return Asked(**texts, page=min(int(number), MAX_PAGE) or 1 if is_number else 1)


def link_of(visit: Visit) -> Callable[..., str | None]:
    """Addresses of the desk, as the views' templates ask for them."""

    def link(name: str, **narrowed: Any) -> str | None:
        if name == "submission":
            return visit.url("operator_submission", submission=narrowed["submission"])
        if name == "difference":
            return visit.url("operator_difference")
        if name == "act":
            kind = narrowed.pop("kind")
            path = visit.url("operator_confirm", kind=kind)
        else:
            path = visit.url("operator" if name == "index" else f"operator_{name}")
        query = urlencode({key: value for key, value in narrowed.items() if value})
        return f"{path}?{query}" if query else path

    return link


def submission(visit: Visit) -> Response:
    """All that is known of one submission, and what may be decided on it."""
    asked = str(visit.request.path_params["submission"])[:MAX_CHARACTERS]
    history = submission_history(visit.desk.settings, asked)
    findings = history["findings"]
    with opened(visit.desk.settings, EVERYTHING) as sources:
        history = with_titles(sources, history) | {"versions": sources.titled(history["versions"])}
    return page(
        visit, "operators/submission.html", "submissions", history=history, findings=findings[:MAX_FINDINGS],
        more=len(findings[MAX_FINDINGS:]), acts=acts_on(history),
    )  # fmt: skip


def acts_on(history: Mapping[str, Any]) -> list[str]:
    """The kinds of acts that a submission allows now."""
    kinds = [decision["kind"] for decision in history["decisions"]]
    if history["state"] == "withdrawn":
        return ["reinstate"]
    judged = next((kind for kind in reversed(kinds) if kind in ("approved", "rejected", "undone")), "")
    preferred = next((kind for kind in reversed(kinds) if kind in ("preferred", "preference undone")), "")
    found = ["approve", "reject"] if history["state"] == "waiting" and judged in ("", "undone") else []
    found += ["undo"] if judged in ("approved", "rejected") else []
    return [*found, "unprefer" if preferred == "preferred" else "prefer", "withdraw"]


def difference(visit: Visit) -> Response:
    """What a release would change: the current one beside the candidate, with causes."""
    settings = visit.desk.settings
    has_both = read_candidate(settings) is not None and current_release(settings.warehouse) is not None
    found = compare_releases(settings, "current", "candidate", limit=MAX_LINES_OF_A_TABLE) if has_both else None
    return page(visit, "operators/difference.html", "releases", difference=found)
