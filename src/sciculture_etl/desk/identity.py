"""Who is signed in."""

from __future__ import annotations

from dataclasses import dataclass

from sciculture_etl.desk.route import Role


@dataclass(frozen=True)
class Identity:
    """Whoever holds a session.

    Attributes:
        role: institution or operator.
        name: of the institution, as its submissions name it; of the operator, as journals name who decided.
        invitation: by which they came.
        session: hash of the session's secret.
    """

    role: Role
    name: str
    invitation: str
    session: str
