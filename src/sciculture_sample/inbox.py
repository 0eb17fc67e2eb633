"""The folder that the sample is written to: what an earlier sample left there is replaced, nothing else is touched."""

import json
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sciculture_sample.submissions import Submission

TRUTH_NAME = ".truth.json"


class SampleInbox:
    """An inbox tree with the sample's own list of files, `.truth.json`, in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.truth_path = root / TRUTH_NAME

    def clear_for(self, submissions: Sequence[Submission]) -> None:
        """Remove the files of an earlier sample; refuse if a file to be written belongs to somebody else."""
        if len({submission.path for submission in submissions}) < len(submissions):
            raise ValueError("two files of the sample have one name")
        earlier = self._earlier()
        foreign = [s.path for s in submissions if (self.root / s.path).exists() and s.path not in earlier]
        if foreign:
            raise FileExistsError(
                f"{self.root / foreign[0]} exists and was not written by the sample generator; "
                f"choose another folder or move it away ({len(foreign)} such files)"
            )
        self.root.mkdir(parents=True, exist_ok=True)
        # From here on both samples' files are listed, so that a run that is cut off can be replaced too.
        everything = sorted({*earlier, *(s.path for s in submissions)})
        self._write_truth({"complete": False, "files": [{"path": path, "disk_path": path} for path in everything]})
        for path in earlier:
            (self.root / path).unlink(missing_ok=True)
        folders = {folder for path in earlier for folder in Path(path).parents} - {Path()}
        for folder in sorted((self.root / folder for folder in folders), reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def write(self, submission: Submission, content: bytes) -> None:
        """Put a file into its folder as if it had been received then."""
        target = self.root / submission.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        received = int(submission.received.timestamp())
        os.utime(target, (received, received))

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def finish(self, truth: dict[str, Any]) -> None:
        """Write the truth; the last step, so that its presence in full means that all files are there."""
        self._write_truth(truth)

    def _write_truth(self, truth: dict[str, Any]) -> None:
        draft = self.truth_path.with_suffix(".json.part")
        draft.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        draft.replace(self.truth_path)

    def _earlier(self) -> list[str]:
        if not self.truth_path.exists():
            return []
        listed = json.loads(self.truth_path.read_text(encoding="utf-8"))["files"]
        paths = [entry.get("disk_path", entry["path"]) for entry in listed]
        root = self.root.resolve()
        inside = [path for path in paths if (self.root / path).parent.resolve().is_relative_to(root)]
        return [path for path in inside if unicodedata.normalize("NFC", path) != TRUTH_NAME]
