"""What the commands do with invitations; each is written down in the audit lines as well."""

from __future__ import annotations

from contextlib import closing

import duckdb

from sciculture_etl.desk.audit import Audit
from sciculture_etl.desk.invitations import MAX_NAME_CHARACTERS, Invitation, Invitations, composed, validated_name
from sciculture_etl.desk.origin import DEFAULT_URL, Origin
from sciculture_etl.desk.route import Role
from sciculture_etl.errors import UserError
from sciculture_etl.extract import is_institution_name
from sciculture_etl.extract.operator import Operator
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import made_for_this_user, make_folder_for_all

SUBMITTERS = """
SELECT DISTINCT submitter FROM (
  SELECT submitter FROM mart_submission_log UNION ALL SELECT submitter FROM mart_submission_status
) WHERE submitter IS NOT NULL ORDER BY ALL
"""


def write_invitation(settings: Settings, role: Role, name: str, days: int, url: str = "") -> tuple[Invitation, str]:
    """An invitation and its link, which nobody can see again.

    Args:
        url: of the desk, where that isn't what the settings say.

    Raises:
        UserError: For a name or url that can't be meant.
    """
    origin = Origin.of(url or settings.desk_url or DEFAULT_URL)
    name, by = validated_name(name), Operator.from_settings(settings).name
    if role is Role.institution and not is_institution_name(name):  # what it sends lies in a folder of that name
        raise UserError(message("desk_name_impossible", most=MAX_NAME_CHARACTERS))
    make_folder_for_all(settings.warehouse)
    with made_for_this_user():
        made, secret = Invitations(settings.desk).issue(role, name, days, by)
        Audit(settings.desk).record(None, "invite", "issued", invitation=made.id, invited=name, by=by)
    return made, f"{origin.url}/enter/{secret}"


def all_invitations(settings: Settings) -> list[Invitation]:
    """Newest first."""
    return list(reversed(Invitations(settings.desk).all().values()))


def revoke_invitations(settings: Settings, asked: str) -> list[Invitation]:
    """Revokes those of an id or a name; their sessions end with them.

    Raises:
        UserError: Where there is none.
    """
    by = Operator.from_settings(settings).name
    with made_for_this_user():
        revoked = Invitations(settings.desk).revoke(composed(asked), by)
        for one in revoked:
            Audit(settings.desk).record(None, "revoke", "revoked", invitation=one.id, invited=one.name, by=by)
    return revoked


def unknown_institution(settings: Settings, name: str) -> str | None:
    """Of a name that no submission bears, those that are nearest; None where it is known or can't be looked up."""
    database = settings.warehouse / "operations.duckdb"
    if not database.exists():
        return None
    try:
        with closing(duckdb.connect(database, read_only=True)) as connection:
            known = [str(submitter) for (submitter,) in connection.execute(SUBMITTERS).fetchall()]
    except duckdb.Error:  # it is being replaced, or of an earlier version
        return None
    return None if name in known else nearest_names(name, known)
