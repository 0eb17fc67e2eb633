"""Settings, the inbox, the folders that a night writes to, who may read them, and the room left."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sciculture_etl.contracts import load_contracts, load_table_contracts
from sciculture_etl.doctor.case import Case, Check, fault, ok, remark
from sciculture_etl.extract import channels_of
from sciculture_etl.privacy import mask_path
from sciculture_etl.project import EXPECTATIONS, SQL, project_folder
from sciculture_etl.settings import unknown_settings
from sciculture_etl.storage.access import open_to_others
from sciculture_etl.storage.disk import (
    check_places,
    free_room,
    megabytes,
    nearest_there,
    places_of,
    room_needed,
    size_of,
)


def check_settings(case: Case) -> Iterator[Check]:
    contracts, table_contracts = load_contracts(), load_table_contracts()
    for name, nearest in unknown_settings().items():
        yield remark(
            "settings",
            (f"{name} is no setting and does nothing", f"{name}: 없는 설정입니다"),
            (f"remove it; nearest: {nearest or 'none'}", f"지워 주세요. 가장 가까운 설정: {nearest or '없음'}"),
        )
    if project := project_folder():
        own = [path for folder in (EXPECTATIONS, SQL) for path in folder.files().values() if project in path.parents]
        yield ok(
            "settings", f"project {project}: {len(own)} files of its own", f"프로젝트 {project}: 자체 파일 {len(own)}개"
        )
    yield ok(
        "settings",
        f"{len(contracts)} contracts, {len(table_contracts)} promises; warehouse {case.settings.warehouse}",
        f"서식 정의 {len(contracts)}개, 공표표 정의 {len(table_contracts)}개; 데이터 저장소 {case.settings.warehouse}",
    )


def check_inbox(case: Case) -> Iterator[Check]:
    """Folders are looked into; servers are only named: a doctor asks nobody for credentials."""
    for channel in channels_of(case.settings):
        folder = channel.folder
        if folder is None:
            yield ok(
                "inbox",
                f"{channel.setting}: {channel.kind.name}, not asked",
                f"{channel.setting}: {channel.kind.name}, 확인 생략",
            )
            continue
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
            yield fault(
                "inbox",
                (
                    f"{channel.setting}: {folder} is no folder that can be read",
                    f"{folder}: 읽을 수 있는 폴더가 아닙니다",
                ),
                (f"create it, or set {channel.setting}", f"폴더를 만들거나 {channel.setting} 설정을 고쳐 주세요"),
            )
        else:
            yield ok("inbox", f"{channel.setting}: {folder}", f"{channel.setting}: {folder}")


def check_folders(case: Case) -> Iterator[Check]:
    """Or made, where they aren't there yet.

    Raises what would end a run before it starts.
    """
    check_places(case.settings)
    places = places_of(case.settings)
    yield ok("folders", f"{len(places)} folders can be written", f"폴더 {len(places)}개에 쓸 수 있습니다")


def check_modes(case: Case) -> Iterator[Check]:
    open_now = open_to_others(case.settings.warehouse)
    for path, mode in open_now.items():
        yield fault(
            "modes",
            (f"{path} is open to other users", f"{path}: 다른 사용자에게 열려 있습니다"),
            (f"chmod {mode:04o} {path}", f"chmod {mode:04o} {path}"),
            safe=True,
        )
    others = [
        path
        for path in places_of(case.settings)
        if path.exists() and os.geteuid() and path.stat().st_uid != os.geteuid()
    ]
    for path in others:
        yield remark(
            "modes",
            (f"{path} belongs to another user", f"{path}: 다른 사용자의 폴더입니다"),
            ("run all nights as the same user", "늘 같은 사용자로 실행해 주세요"),
        )
    if not open_now and not others:
        yield ok("modes", "private files are closed to other users", "비공개 자료는 다른 사용자에게 닫혀 있습니다")


def check_free_space(case: Case) -> Iterator[Check]:
    """On every disk that a night writes to."""
    needed, kept = room_needed(case.settings), size_of(case.settings.archive)
    disks = {nearest_there(place).stat().st_dev: place for place in reversed(places_of(case.settings))}
    for place in disks.values():
        free = megabytes(free_room(place))
        found = (
            f"{mask_path(str(place))}: {free} free; a night needs about {megabytes(needed)} "
            f"(archive: {megabytes(kept)})",
            f"{mask_path(str(place))}: 남은 공간 {free}; 약 {megabytes(needed)} 필요(보관소 {megabytes(kept)})",
        )
        if free_room(place) < needed:
            yield fault("room", found, ("free some space on this disk", "이 디스크의 공간을 확보해 주세요"))
        else:
            yield ok("room", *found)
