"""Modules that are loaded by the thousand before there is any work, and those that are kept from being loaded."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


@contextmanager
def many_modules() -> Iterator[None]:
    """While they are loaded, and ever after, nobody looks for garbage among what they are made of.

    It stays until the process ends, and looking costs a third of the time that loading takes.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def leave_out(*names: str) -> None:
    """Has modules count as not installed that others would import and can do without, where they aren't loaded yet."""
    for name in names:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def leave_out_pandas() -> None:
    """Has pandas count as not installed until ``let_in_pandas``.

    DuckDB imports it as soon as it is given a parameter, only to tell its missing values apart, which takes 0.3 s of
    CPU. Of all that a run is made of, the suites alone need it.
    """
    leave_out("pandas")


def let_in_pandas() -> None:
    """Has it found by whoever imports it."""
    if "pandas" in sys.modules and sys.modules["pandas"] is None:
        del sys.modules["pandas"]


class PutOff(ModuleType):
    """Stands for a module that others import and hardly ever use, until somebody asks for something in it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":  # asked by whoever looks through all modules
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def put_off(name: str) -> None:
    """Has a module loaded only when something in it is asked for, where it isn't loaded yet."""
    if name in sys.modules:
        return
    sys.modules[name] = module = PutOff(name)
    package, _, child = name.rpartition(".")
    if package:
        setattr(import_module(package), child, module)
