"""``sciculture run`` with every kind of channel at once, each a real server, and no word of their credentials."""

from __future__ import annotations

import json
from pathlib import Path

from channel_servers import PASSWORD, Pages, s3_server, sftp_server, web_server
from nights import operations, submit

from tests.commands import Places, within

HEADER = "기관코드,기관명,기관유형,시도,시군구,사업연도\n"
TOKEN = "t0ken-never-shown"


class Closed(Pages):
    authorization = f"Bearer {TOKEN}"


def register(number: int) -> bytes:
    return f"{HEADER}INST-900{number},가상시험기관{number},기업,대전광역시,유성구,2020\n".encode()


def test_a_night_takes_from_every_channel_and_writes_no_secret_anywhere(shared: Places, tmp_path: Path) -> None:
    desk, portal = tmp_path / "desk", tmp_path / "portal"
    submit(shared.inbox, "한국과학창의재단", "등록부.csv", register(1))
    submit(desk, ".", "등록부.csv", register(2))
    submit(portal, "가상협회 둘", "등록부.csv", register(3))
    with sftp_server(desk, tmp_path) as sftp, web_server(portal, tmp_path, Closed) as web, s3_server() as s3:
        s3.put("가상협회 셋/등록부.csv", register(4))
        kofst = sftp.options()
        password = kofst.pop("KOFST_PASSWORD")
        options = kofst | web.options() | s3.options() | {
            "KOFST_BLOCK": "kofst-desk", "KOFST_SUBMITTER": "가상협회 하나", "PORTAL_TOKEN": TOKEN,
            "GONE": "s3://nowhere", "GONE_ENDPOINT_URL": s3.endpoint, "GONE_ANONYMOUS": "yes",
        }  # fmt: skip
        with within(shared.environment):
            from prefect.blocks.system import Secret

            Secret(value={"PASSWORD": password}).save("kofst-desk", overwrite=True)
        done = shared.command("run", **{f"SCICULTURE_INBOX_{name}": value for name, value in options.items()})
    assert (done.returncode, done.stderr) == (3, "")
    assert "SCICULTURE_INBOX_GONE: no such folder or file" in done.stdout
    receipts = [json.loads(line) for line in (shared.warehouse / "archive" / "receipts.jsonl").open()]
    assert [(receipt["path"], receipt["submitter"]) for receipt in receipts] == [
        ("한국과학창의재단/등록부.csv", "한국과학창의재단"),
        ("cloud://가상협회 셋/등록부.csv", "가상협회 셋"),
        ("kofst://등록부.csv", "가상협회 하나"),
        ("portal://가상협회 둘/등록부.csv", "가상협회 둘"),
    ]
    assert operations(shared.warehouse, "SELECT DISTINCT verdict FROM mart_submission_log") == [("accepted",)]
    secrets = [PASSWORD, TOKEN, "key-never-shown", "s3cret-never-shown"]
    written = [
        path
        for place in (shared.warehouse, Path(shared.environment["PREFECT_HOME"]))
        for path in place.rglob("*")
        if path.is_file()
    ]
    everything = [*(path.read_bytes() for path in written), done.stdout.encode()]
    assert len(written) > 20
    assert not [secret for secret in secrets for data in everything if secret.encode() in data]
