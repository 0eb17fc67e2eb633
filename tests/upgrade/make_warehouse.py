"""Pack the warehouse that a version leaves behind: ``python tests/upgrade/make_warehouse.py CHECKOUT NAME``.

To be run once for each version from which an upgrade must work, before the next one changes anything. CHECKOUT is a
checkout of that version, set up by ``make setup``; nothing in it is changed. It makes ``warehouses/NAME.tar.xz``, with
the inbox, the warehouse, and ``expected.json``: what an upgrade has to keep. Every number in it is invented.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# Prefect's own records are no part of a warehouse; the rest of it is packed as it stands, the build database above all.
LEFT_OUT = {".prefect", ".lock", "staging"}
CORRECTION = """\
correction: invented_sessions
dataset: dsc_class
submitter: 가상둘째센터
program_year: 2020
where: {class_name: 가상 로봇 교실, term: 1}
was: {session_count: 12}
to: {session_count: 11}
reason: invented, for the tests of an upgrade
source: invented
"""
SECOND = "".join(
    f"{line}\n"
    for line in (
        "가상 자료 (시험용) / invented test data",
        "사업연도,기수,강좌명,교육장명,시도,시군구,읍면동,운영횟수,수혜자수(순인원)",
        "2020,1,가상 로봇 교실,가상 부산 주민센터,부산광역시,해운대구,우동,12,15",
        "2020,2,가상 별 교실,가상 부산 주민센터,부산광역시,해운대구,우동,8,20",
    )
)


def main(checkout: Path, name: str) -> None:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        make(checkout.resolve(), folder)
        (HERE / "warehouses").mkdir(exist_ok=True)
        pack(folder, HERE / "warehouses" / f"{name}.tar.xz")


def pack(folder: Path, target: Path) -> None:
    """Files of the same name stand together, so that what several releases share is packed once."""
    parts = ("inbox", "warehouse", "corrections", "expected.json")
    found = [path for part in parts for path in (folder / part, *(folder / part).rglob("*"))]
    kept = [path for path in found if not LEFT_OUT & set(path.relative_to(folder).parts)]
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 128 << 20}]
    with lzma.open(target, "wb", filters=filters) as compressed, tarfile.open(fileobj=compressed, mode="w") as packed:
        for path in sorted(kept, key=lambda path: (path.is_file(), path.suffix, path.name, str(path))):
            packed.add(path, str(path.relative_to(folder)), recursive=False, filter=_without_owner)


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def make(checkout: Path, folder: Path) -> None:
    """Four nights with all that an operator decides between them: a pin, a withdrawal, a rollback and its end."""
    project, warehouse = folder / "project", folder / "warehouse"
    for part in ("src", "flows", "expectations", "sql"):
        shutil.copytree(checkout / part, project / part)
    corrections = project / "expectations" / "corrections"
    corrections.mkdir(exist_ok=True)
    (corrections / "invented_sessions.yml").write_text(CORRECTION, encoding="utf-8")
    shutil.copytree(corrections, folder / "corrections")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SCICULTURE_", "PREFECT"))}
    environment |= {
        "SCICULTURE_INBOX": str(folder / "inbox"),
        "SCICULTURE_WAREHOUSE": str(warehouse),
        "PYTHONPATH": os.pathsep.join([str(project / "src"), str(project)]),
    }

    def sciculture(*arguments: str, may_end: tuple[int, ...] = (0,)) -> str:
        command = [str(checkout / ".venv" / "bin" / "python"), "-m", "sciculture_etl.cli", *arguments]
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if ended.returncode not in may_end:
            sys.exit(f"{arguments} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    forms = checkout / "tests" / "contracts"
    for good in sorted(forms.glob("*/good_*")):
        submit(folder, "가상첫째센터", f"{good.parent.name}_{good.name}", good.read_bytes())
    submit(folder, "가상둘째센터", "2020_생활과학교실.csv", SECOND.encode())
    sciculture("run", may_end=(0, 3))
    sciculture("releases", "pin", "1", "--reason", "invented: printed in a yearbook")

    # A newer version, rows in quarantine, a refusal, and a file with (invented) personal data.
    newer = SECOND.replace("우동,8,20", "우동,9,21")
    submit(folder, "가상둘째센터", "2020_생활과학교실_수정.csv", newer.encode("cp949"))
    submit(folder, "가상셋째센터", "2020_실적.csv", (forms / "dsc_class" / "bad_rows.csv").read_bytes())
    submit(folder, "가상셋째센터", "빠진열.csv", (forms / "dsc_class" / "bad_column_missing.csv").read_bytes())
    submit(folder, "가상셋째센터", "명단.csv", (forms / "dsc_class" / "bad_personal_column.csv").read_bytes())
    sciculture("run", may_end=(3,))

    listed = json.loads(sciculture("submissions", "--submitter", "가상셋째센터", "--json"))
    taken = next(one["submission_id"] for one in listed if one["source_file"].endswith("2020_실적.csv"))
    sciculture("withdraw", taken, "--reason", "invented: the wrong table was sent")
    sciculture("run")
    sciculture("rollback", "2", "--reason", "invented: the figures of release 3 are wrong")
    environment |= {"SCICULTURE_KEEP_RELEASES": "1", "SCICULTURE_KEEP_RELEASE_DAYS": "0"}  # half a megabyte each
    sciculture("publish")
    (folder / "expected.json").write_text(json.dumps(expected(warehouse, taken), ensure_ascii=False, indent=1))


def submit(folder: Path, submitter: str, name: str, data: bytes) -> None:
    path = folder / "inbox" / submitter / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (1_600_000_000, 1_600_000_000))


def expected(warehouse: Path, withdrawn: str) -> dict[str, Any]:
    """What an upgrade has to keep: hashes of the public tables, releases with their manifests, journals."""
    current = json.loads((warehouse / "current.json").read_text(encoding="utf-8"))["release_id"]
    manifest = json.loads((warehouse / "releases" / current / "manifest.json").read_text(encoding="utf-8"))
    return {
        "current": current,
        "hashes": {
            name: table["sha256"]
            for name, table in manifest["tables"].items()
            if table["audience"] == "public" and not table.get("history")
        },
        "releases": {
            path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((warehouse / "releases").glob("*/manifest.json"))
        },
        "journals": {
            path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in sorted((warehouse / "archive").glob("*.jsonl"))
        },
        "withdrawn": withdrawn,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
