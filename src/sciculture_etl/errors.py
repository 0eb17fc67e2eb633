"""Errors that people are told in words: what, where, what was found, what to do. None of them shows a traceback.

* SciCultureError               5
  · UserError                   2  the command, a setting or a name in it can't be meant; nothing was changed
  · ContractError               5  a file of expectations/ or sql/ can't be meant
  · NotReadyError               5  something else has to be done first
  · BusyError                   6  another run holds the warehouse; retryable
  · QueryError                  5  a query took more time or memory than it may
  · RunError                    5  a run, or the server that runs it, didn't start or didn't finish
  + ChannelError                5  a folder or server that submissions come from
    · UnreachableError             it can't be opened or listed; retryable where that may pass
    · TransientError               another try may mend it; retryable
    + PermanentError               another try won't mend it
      · AbandonedError             it failed too often to be asked again in this run
  + StorageError                5  what the warehouse lies on, or holds
    · MachineError                 a full disk, too little memory, a folder that can't be written
    · JournalError                 a line of a journal isn't what was written
    · ArchiveError                 bytes of a submission are lost or changed
    · ReleaseError                 a kept release isn't complete
    · BrokenDatabaseError          the build database broke under a run, which has set it aside
    · UnprovedError                whether the build database is intact can't be told now
    + LakeError                    the tables of a shared warehouse can't be reached; retryable
      · LakeConflictError          others changed them at the same time, again and again; retryable

The number is ``exit_code``, with which a command ends. ``retryable`` says that the same may work a little later with
nothing mended. Besides these, ``stopping.Stopped`` is raised by a signal, and ``read.grid.RefusedError`` says within
the reading that a file can't be read, which is a finding.
"""

from __future__ import annotations

from typing import ClassVar

# With which a command ends besides, where a run did: something of what came was not as it should be; publication was
# refused.
PARTIAL, REFUSED = 3, 4


class SciCultureError(Exception):
    """Its text is for people, in English and Korean."""

    exit_code: ClassVar[int] = 5
    retryable: bool = False


class UserError(SciCultureError):
    """The command, a setting or a name in it can't be meant. It is raised before anything was changed."""

    exit_code = 2


class ContractError(SciCultureError):
    """A file of ``expectations/`` or ``sql/`` can't be meant; names the file and the key or line."""


class NotReadyError(SciCultureError):
    """What was asked for needs something else to be done first; says what."""


class BusyError(SciCultureError):
    """Another run holds the warehouse."""

    exit_code = 6
    retryable = True


class QueryError(SciCultureError):
    """A query took more time or memory than it may."""


class RunError(SciCultureError):
    """A run, or the server that runs it, didn't start or didn't finish."""


class ChannelError(SciCultureError):
    """A folder or server that submissions come from."""


class UnreachableError(ChannelError):
    """A channel can't be opened or listed.

    Attributes:
        reason: why, without its address.
    """

    def __init__(self, message: str, reason: str, retryable: bool) -> None:
        super().__init__(message)
        self.reason = reason
        self.retryable = retryable


class TransientError(ChannelError):
    """A fault that another try may mend."""

    retryable = True


class PermanentError(ChannelError):
    """A fault that another try won't mend."""


class AbandonedError(PermanentError):
    """The channel failed too often to be asked again in this run."""


class StorageError(SciCultureError):
    """What the warehouse lies on, or holds."""


class MachineError(StorageError):
    """A fault of the machine: a full disk, too little memory, a folder that can't be written."""


class JournalError(StorageError):
    """A line of a journal isn't what was written."""


class ArchiveError(StorageError):
    """Bytes of a submission are lost, or aren't those received."""


class ReleaseError(StorageError):
    """A kept release isn't complete; what the engine said of it is told in words."""


class BrokenDatabaseError(StorageError):
    """The build database broke under a run, which has set it aside; the next one rebuilds it."""


class UnprovedError(StorageError):
    """Whether the build database is intact can't be told now, and it was left as it is."""


class LakeError(StorageError):
    """The tables of a shared warehouse can't be reached."""

    retryable = True


class LakeConflictError(LakeError):
    """Others changed the tables of a shared warehouse at the same time; nothing of it was written."""
