"""What the options together mean."""

from collections.abc import Callable, Sequence
from typing import Any

import click
import pytest

from mailsetup.account import Protocol, Retention
from mailsetup.choice import Wishes
from mailsetup.cli import options
from mailsetup.cli.options import Network, network_options, read_retention, wish_options
from mailsetup.discovery.sources import SOURCES
from mailsetup.errors import WrongUsage


@pytest.mark.parametrize(
    ("leave", "remove", "days", "until_deleted", "means"),
    [
        (False, False, None, False, None),
        (True, False, None, False, Retention()),
        (False, True, None, False, Retention(keep=False)),
        (False, False, 30, False, Retention(days=30)),
        (True, False, 30, False, Retention(days=30)),
        (False, False, None, True, Retention(until_deleted=True)),
        (True, False, None, True, Retention(until_deleted=True)),
        (False, False, 30, True, Retention(days=30, until_deleted=True)),
    ],
)
def test_the_retention_options_together_are_one_retention(
    leave: bool, remove: bool, days: int | None, until_deleted: bool, means: Retention | None
) -> None:
    assert read_retention(leave, remove, days, until_deleted) == means


@pytest.mark.parametrize(
    ("leave", "days", "until_deleted"),
    [(True, None, False), (False, 30, False), (False, None, True), (True, 30, True)],
)
def test_what_is_removed_at_once_cannot_stay_on_the_server(
    leave: bool, days: int | None, until_deleted: bool
) -> None:
    with pytest.raises(WrongUsage, match="--remove-from-server"):
        read_retention(leave, True, days, until_deleted)


def test_the_sources_to_choose_from_are_those_that_there_are() -> None:
    assert options.SOURCES == SOURCES


def _given(bundle: Callable[[Any], Any], name: str, words: Sequence[str]) -> Any:
    """What a command with these options is given."""

    @click.command()
    @bundle
    def command(**given: Any) -> Any:
        return given[name]

    return command.main(args=list(words), standalone_mode=False)


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ([], Wishes()),
        (["--protocol", "imap"], Wishes(protocol=Protocol.IMAP)),
        (["--protocol", "pop3"], Wishes(protocol=Protocol.POP3)),
        (["--leave-on-server"], Wishes(retention=Retention())),
        (["--remove-from-server"], Wishes(retention=Retention(keep=False))),
        (["--leave-days", "30"], Wishes(retention=Retention(days=30))),
        (["--leave-until-deleted"], Wishes(retention=Retention(until_deleted=True))),
        (
            ["--protocol", "pop3", "--leave-days", "7", "--leave-until-deleted"],
            Wishes(protocol=Protocol.POP3, retention=Retention(days=7, until_deleted=True)),
        ),
        (
            ["--accept", "Mail-Host.example", "--accept", "bücher.example"],
            Wishes(accepted=frozenset({"mail-host.example", "xn--bcher-kva.example"})),
        ),
    ],
)
def test_the_words_of_the_wishes(words: list[str], means: Wishes) -> None:
    assert _given(wish_options, "wishes", words) == means


@pytest.mark.parametrize(
    "words",
    [
        ["--protocol", "smtp"],
        ["--protocol", "IMAP4"],
        ["--leave-days", "0"],
        ["--leave-days", "10000"],
        ["--leave-days", "-1"],
        ["--leave-days", "1.5"],
        ["--leave-days", "a month"],
        ["--leave-days"],
    ],
)
def test_words_that_no_option_knows_are_refused(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        _given(wish_options, "wishes", words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--protocol", "imap", "--leave-days", "30"], "--protocol pop3"),
        (["--protocol", "imap", "--leave-on-server"], "--protocol pop3"),
        (["--remove-from-server", "--leave-days", "30"], "--remove-from-server"),
        (["--leave-on-server", "--remove-from-server"], "--remove-from-server"),
        (["--remove-from-server", "--leave-on-server"], "--remove-from-server"),
        (["--accept", "co.uk"], "shared by many owners"),
        (["--accept", "mail host"], "is not a mail domain"),
    ],
)
def test_wishes_that_contradict_each_other_are_wrong_usage(words: list[str], told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        _given(wish_options, "wishes", words)


@pytest.mark.parametrize("seconds", ["nan", "inf"])
def test_a_time_that_never_ends_bounds_nothing(seconds: str) -> None:
    with pytest.raises(WrongUsage, match="no number of seconds"):
        _given(network_options, "network", ["--timeout", seconds])


@pytest.mark.parametrize("seconds", ["0", "-1", "0.05", "soon", "-inf"])
def test_too_short_a_time_is_refused(seconds: str) -> None:
    with pytest.raises(click.UsageError):
        _given(network_options, "network", ["--timeout", seconds])


@pytest.mark.parametrize(
    "words",
    [
        ["--nameserver", "127.0.0.1:99999"],
        ["--nameserver", "not a host"],
        ["--connect-to", "imap.example.org"],
        ["--connect-to", ":993:127.0.0.1:port"],
    ],
)
def test_a_network_that_makes_no_sense_is_wrong_usage(words: list[str]) -> None:
    network: Network = _given(network_options, "network", words)
    with pytest.raises(WrongUsage):
        network.settings()


def test_the_timeout_bounds_all_waits_together() -> None:
    network = Network(timeout=5.0, nameserver=None, connect_to=(), ca_file=None)
    with network.patience(60.0) as seconds:
        assert seconds == 5.0
    network.spent = 4.0
    with network.patience(60.0) as seconds:
        assert seconds == pytest.approx(1.0, abs=0.5)
    network.spent = 6.0
    assert network.exhausted


def test_without_a_timeout_each_wait_has_its_usual_time() -> None:
    network = Network(timeout=None, nameserver=None, connect_to=(), ca_file=None)
    network.spent = 100.0
    with network.patience(10.0) as seconds:
        assert seconds == 10.0
    assert not network.exhausted
