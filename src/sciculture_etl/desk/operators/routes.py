"""The addresses of operators."""

from __future__ import annotations

from sciculture_etl.desk.operators import acts, views
from sciculture_etl.desk.route import Role, Route
from sciculture_etl.pipeline.overview import VIEWS

INDEX, *OTHERS = VIEWS
OPERATOR_ROUTES: tuple[Route, ...] = (
    Route("operator", "/operator", ("GET",), Role.operator, views.show(INDEX), in_navigation=True),
    *(
        Route(f"operator_{one.name}", f"/operator/{one.name}", ("GET",), Role.operator, views.show(one))
        for one in OTHERS
    ),
    Route("operator_submission", "/operator/submissions/{submission}", ("GET",), Role.operator, views.submission),
    Route("operator_difference", "/operator/difference", ("GET",), Role.operator, views.difference),
    Route("operator_confirm", "/operator/acts/{kind}", ("GET",), Role.operator, acts.confirm),
    Route("operator_act", "/operator/acts/{kind}/do", ("POST",), Role.operator, acts.do),
    Route("operator_done", "/operator/done/{number}", ("GET",), Role.operator, acts.done),
)  # fmt: skip
