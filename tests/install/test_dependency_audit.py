"""What is said of advisories about the locked dependencies. Every package and advisory here is invented."""

from __future__ import annotations

from tests.dependency_audit import said

SOUND = {"name": "gasang", "version": "1.0", "vulns": []}
WEAK = {"name": "heosang", "version": "2.0", "vulns": [{"id": "INV-2026-1", "fix_versions": ["2.1", "3.0"]}]}
UNKNOWN = {"name": "eopseum", "skip_reason": "not found"}


def test_an_advisory_is_named_with_the_versions_that_mend_it() -> None:
    text, is_weak = said("runtime.lock", {"dependencies": [SOUND, WEAK, UNKNOWN]})
    assert is_weak
    assert text.splitlines() == [
        "runtime.lock: 2 dependencies audited, 1 unknown there, 1 advisories",
        "  heosang 2.0: INV-2026-1, mended in: 2.1, 3.0",
    ]


def test_what_is_sound_and_what_could_not_be_asked_are_told_apart() -> None:
    assert said("a.lock", {"dependencies": [SOUND]}) == (
        "a.lock: 1 dependencies audited, 0 unknown there, 0 advisories",
        False,
    )
    for nothing in ([], [UNKNOWN]):
        assert said("a.lock", {"dependencies": nothing}) == (
            "a.lock: NOT audited: no advisories can be asked from here",
            False,
        )
