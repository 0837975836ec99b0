"""The keyring: what is kept is found again, what is not safe is not used, and nothing hangs."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from tests.unit import rings

from mailsetup import passwords
from mailsetup.account import Address, Secret
from mailsetup.errors import Unsafe
from mailsetup.passwords import KeyringFailed

ADA = Address.parse("ada@example.org")
BOB = Address.parse("bob@example.org")
SESAME = Secret("open sesame “Ä” \\ 'x'")
# No test but those of a keyring that hangs comes near it.
SECONDS = 20.0
ROOT = Path(__file__).parents[2]

Use = Callable[[KeyringBackend], None]
CALLS: dict[str, Callable[[], object]] = {
    "find": lambda: passwords.find(ADA, SECONDS),
    "store": lambda: passwords.store(ADA, SESAME, SECONDS),
    "delete": lambda: passwords.delete(ADA, SECONDS),
}


@pytest.fixture
def use() -> Iterator[Use]:
    """Makes a keyring the one of this machine, for one test."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture
def ring(use: Use) -> rings.Works:
    works = rings.Works()
    use(works)
    return works


def test_what_is_stored_is_found_again(ring: rings.Works) -> None:
    passwords.store(ADA, SESAME, SECONDS)
    found = passwords.find(ADA, SECONDS)
    assert found is not None
    assert found.password == SESAME


def test_nothing_is_found_where_nothing_was_stored(ring: rings.Works) -> None:
    assert passwords.find(ADA, SECONDS) is None


def test_an_address_has_one_entry_under_our_name(ring: rings.Works) -> None:
    passwords.store(ADA, SESAME, SECONDS)
    assert ring.asked == [("set", "mailsetup", "ada@example.org")]


def test_the_entry_is_named_by_the_domain_as_servers_know_it(ring: rings.Works) -> None:
    passwords.find(Address.parse("Ada@BÜCHER.example"), SECONDS)
    assert ring.asked == [("get", "mailsetup", "Ada@xn--bcher-kva.example")]


def test_a_password_stored_anew_takes_the_place_of_the_old_one(ring: rings.Works) -> None:
    passwords.store(ADA, Secret("old"), SECONDS)
    passwords.store(ADA, SESAME, SECONDS)
    assert list(ring.kept.values()) == [SESAME.reveal()]


def test_another_address_keeps_its_password(ring: rings.Works) -> None:
    passwords.store(ADA, SESAME, SECONDS)
    passwords.store(BOB, Secret("bob's"), SECONDS)
    passwords.delete(ADA, SECONDS)
    assert list(ring.kept) == ["mailsetup bob@example.org"]


def test_what_is_deleted_is_gone(ring: rings.Works) -> None:
    passwords.store(ADA, SESAME, SECONDS)
    assert passwords.delete(ADA, SECONDS) == "a keyring for tests"
    assert ring.kept == {}


def test_deleting_what_is_not_there_is_no_error(ring: rings.Works) -> None:
    assert passwords.delete(ADA, SECONDS) is None


def test_the_keyring_is_told_by_its_name(ring: rings.Works) -> None:
    assert passwords.judge(SECONDS) == "a keyring for tests"
    assert passwords.store(ADA, SESAME, SECONDS) == "a keyring for tests"


def test_a_well_known_keyring_is_told_by_the_name_that_people_know(use: Use) -> None:
    known = type("Keyring", (rings.Works,), {"__module__": "keyring.backends.SecretService"})
    use(known())
    assert passwords.judge(SECONDS) == "Secret Service"


def test_a_password_prints_as_stars(ring: rings.Works) -> None:
    passwords.store(ADA, SESAME, SECONDS)
    assert "sesame" not in repr(passwords.find(ADA, SECONDS))


@pytest.mark.parametrize("call", ["find", "store", "delete"])
def test_a_locked_keyring_is_said_to_be_locked(call: str, use: Use) -> None:
    use(rings.Locked())
    with pytest.raises(KeyringFailed, match="The keyring is locked"):
        CALLS[call]()


@pytest.mark.parametrize("call", ["find", "store", "delete"])
def test_a_keyring_that_fails_is_told_by_the_kind_of_failure_alone(call: str, use: Use) -> None:
    use(rings.Fails())
    with pytest.raises(KeyringFailed, match="The keyring failed") as raised:
        CALLS[call]()
    assert "sesame" not in str(raised.value)
    # A traceback would show it all the same.
    assert raised.value.__suppress_context__
    assert raised.value.__cause__ is None


def test_a_keyring_cannot_end_the_program(use: Use) -> None:
    use(rings.Gone())
    with pytest.raises(KeyringFailed, match="SystemExit"):
        passwords.find(ADA, SECONDS)


@pytest.mark.parametrize(
    "call",
    [
        lambda: passwords.find(ADA, 0.1),
        lambda: passwords.store(ADA, SESAME, 0.1),
        lambda: passwords.delete(ADA, 0.1),
    ],
)
def test_a_keyring_that_waits_for_ever_costs_the_given_time_and_no_more(
    call: Callable[[], object], use: Use
) -> None:
    use(rings.Hangs())
    began = time.monotonic()
    with pytest.raises(KeyringFailed, match="waiting to be unlocked"):
        call()
    assert 0.1 <= time.monotonic() - began < 5


def test_a_process_ends_though_its_keyring_still_waits() -> None:
    code = (
        "import keyring\n"
        "from tests.unit import rings\n"
        "from mailsetup import passwords\n"
        "from mailsetup.account import Address\n"
        "keyring.set_keyring(rings.Hangs())\n"
        "try: passwords.find(Address.parse('ada@example.org'), 0.1)\n"
        "except passwords.KeyringFailed: print('waited')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=20)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("waited\n", "", 0)


UNUSABLE = {
    "none": (fail.Keyring, KeyringFailed, "has no keyring"),
    "switched off": (null.Keyring, KeyringFailed, "switched off"),
    "plain text": (rings.Plaintext, Unsafe, "does not keep passwords safe"),
    "not recommended": (rings.Suitable, Unsafe, "does not keep passwords safe"),
    "a chain of nothing": (lambda: rings.chain(), KeyringFailed, "has no keyring"),
    "a chain of unsafe ones": (
        lambda: rings.chain(rings.Plaintext(), rings.Suitable()),
        Unsafe,
        "does not keep passwords safe",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_keyring_that_is_none_or_not_safe_is_judged_so(name: str, use: Use) -> None:
    make, kind, told = UNUSABLE[name]
    use(make())
    with pytest.raises(kind, match=told):
        passwords.judge(SECONDS)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", [rings.Plaintext, rings.Suitable])
def test_a_keyring_that_is_not_safe_is_never_asked(call: str, kind: type[rings.Works], use: Use) -> None:
    unsafe = kind()
    use(unsafe)
    with pytest.raises(Unsafe):
        CALLS[call]()
    assert unsafe.asked == []


@pytest.mark.parametrize("call", CALLS)
def test_of_several_keyrings_only_the_safe_ones_are_asked(call: str, use: Use) -> None:
    unsafe, safe = rings.Plaintext(), rings.Works()
    use(rings.chain(unsafe, safe))
    CALLS[call]()
    assert unsafe.asked == []
    assert safe.asked != []


def test_a_keyring_that_only_lends_is_passed_over(use: Use) -> None:
    lends, keeps = rings.LendsOnly(), rings.Works()
    use(rings.chain(lends, keeps))
    passwords.store(ADA, SESAME, SECONDS)
    assert lends.kept == {}
    assert list(keeps.kept.values()) == [SESAME.reveal()]


def test_where_every_keyring_only_lends_there_is_none(use: Use) -> None:
    use(rings.LendsOnly())
    with pytest.raises(KeyringFailed, match="has no keyring"):
        passwords.store(ADA, SESAME, SECONDS)


def test_what_lies_in_the_second_of_two_keyrings_is_found_and_deleted(use: Use) -> None:
    first, second = rings.Works(), rings.Works()
    second.kept = {"mailsetup ada@example.org": SESAME.reveal()}
    use(rings.chain(first, second))
    assert passwords.find(ADA, SECONDS) is not None
    assert passwords.delete(ADA, SECONDS) is not None
    assert second.kept == {}


def test_the_keyring_library_is_imported_only_when_it_is_needed() -> None:
    code = "import sys, mailsetup.passwords; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
