"""Faults of a channel: which pass by themselves and are worth another try, and how they are told."""

from __future__ import annotations

import errno
import random
import ssl
import time
from collections.abc import Callable
from typing import TypeVar

from sciculture_etl.errors import AbandonedError, PermanentError, TransientError
from sciculture_etl.privacy import mask_text
from sciculture_etl.settings import Timeouts

T = TypeVar("T")

# After so many requests in a row that failed at every try, a channel is left alone for this run.
MAX_FAILED_REQUESTS = 5
PERMANENT = {
    errno.ENOENT, errno.EACCES, errno.EPERM, errno.EINVAL, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENOSYS,
    errno.ENAMETOOLONG, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENXIO, errno.EREMCHG,
}  # fmt: skip
# What goes wrong inside these, and is none of the system's own errors, is the connection.
TRANSPORTS = ("paramiko", "aiohttp", "botocore", "aiobotocore", "s3fs", "fsspec", "urllib3")
TOO_MANY_REQUESTS = (408, 425, 429)


def _status(error: BaseException) -> int | None:
    """That of an HTTP answer; aiohttp gives one, too, to an answer that it couldn't read."""
    status = getattr(error, "status", None)
    return status if isinstance(status, int) and error.__cause__ is None else None


def is_transient(error: BaseException) -> bool:
    """Whether another try may do."""
    if isinstance(error, PermanentError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        return False
    if status := _status(error):
        return status >= 500 or status in TOO_MANY_REQUESTS
    if type(error).__name__ in ("NoCredentialsError", "PartialCredentialsError", "ParamValidationError"):
        return False
    if isinstance(error, FileNotFoundError | PermissionError):
        return False
    if isinstance(error, OSError):
        return error.errno not in PERMANENT
    return isinstance(error, TransientError | EOFError) or type(error).__module__.partition(".")[0] in TRANSPORTS


def describe(error: BaseException) -> str:
    """One line of bearable length. Libraries repeat the names of files, which may hold personal values."""
    return mask_text(_words(error))


def _words(error: BaseException) -> str:
    if isinstance(error, PermanentError | TransientError):
        return str(error)
    if status := _status(error):
        return f"HTTP {status} {getattr(error, 'message', '')}".strip()
    if "CERTIFICATE_VERIFY_FAILED" in str(error) or isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate isn't signed by anyone trusted here (..._CA_FILE names an own authority)"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, FileNotFoundError):
        return "no such folder or file"
    if isinstance(error, PermissionError):
        return "no permission"
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return (" ".join(text.split()) or type(error).__name__)[:200]


class RetryPolicy:
    """Tries again what may pass, with pauses that double, and loses patience with a channel that never answers."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        self._in_vain = 0

    @property
    def is_exhausted(self) -> bool:
        return self._in_vain >= MAX_FAILED_REQUESTS

    def __call__(self, action: Callable[[], T]) -> T:
        """Raises what the last try raised."""
        for attempt in range(1, self.timeouts.attempts + 1):
            if self.is_exhausted:
                raise AbandonedError("it stopped answering")
            try:
                outcome = action()
            except Exception as error:
                if not is_transient(error):
                    raise
                if attempt == self.timeouts.attempts:
                    self._in_vain += 1
                    raise
                # Not all at the same moment: the server may be down because of too many at once.
                time.sleep(self.timeouts.first_pause * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))
            else:
                self._in_vain = 0
                return outcome
        raise AssertionError("at least one attempt")
