"""All the servers in one process: started, told of on stdout, ended with stdin.

On stdin comes one JSON line, {"password": ...}; on stdout goes one, {"ports": {...}, "ca_file": ...}. Then
each line on stdin is a question and each on stdout its answer:

    {"ask": "record"}                     {"commands": [...], "logins": [...], "faults": [...]}
    {"ask": "mailbox", "address": A}      {"messages": [latin-1 text, ...]}

When stdin ends, and it ends with the parent however that ended, so does this process.
"""

# Twisted is typed in part.
# mypy: untyped-calls-exclude="twisted"

import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from twisted.internet import error
from twisted.internet import reactor as installed
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import LogEvent, globalLogBeginner
from twisted.names.dns import DNSDatagramProtocol

from mailsetup.demo.certificates import Certificates
from mailsetup.demo.imap import Imap
from mailsetup.demo.mailbox import PostOffice
from mailsetup.demo.names import name_server
from mailsetup.demo.pop3 import Pop3
from mailsetup.demo.record import Record
from mailsetup.demo.session import House
from mailsetup.demo.submission import Submission
from mailsetup.demo.web import web_site

reactor: Any = installed
"""Twisted's types for it are interfaces of which it has many at once."""

_HERE = "127.0.0.1"
_TRIES = 20
_SECONDS_TO_END = 3


def main() -> None:
    """Run until stdin ends or the process is told to end."""
    # Ctrl-C reaches the whole terminal; the parent decides when this ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lines = _lines()
    told = json.loads(next(lines))
    record = Record()
    house = House(PostOffice(told["password"]), record, Certificates())
    fault_finder: Any = _fault_finder(record)
    globalLogBeginner.beginLoggingTo([fault_finder], redirectStandardIO=False, discardBuffer=True)
    with tempfile.TemporaryDirectory(prefix="mailsetup-demo-") as folder:
        ca_file = Path(folder, "ca.pem")
        ca_file.write_bytes(house.certificates.authority_pem)
        ports = listen(house)
        signal.signal(signal.SIGTERM, lambda *_: reactor.callFromThread(reactor.stop))
        reactor.callWhenRunning(_tell, {"ports": ports, "ca_file": str(ca_file)})
        threading.Thread(target=_serve_parent, args=(lines, house), daemon=True).start()
        reactor.run(installSignalHandlers=False)


def listen(house: House) -> dict[str, int]:
    """Open every port; {"dns": ..., "993": ...}, those but the first by the port they stand for."""

    def tls(build: Callable[[], Protocol]) -> int:
        return _port(reactor.listenSSL(0, _Factory(build), house.certificates, interface=_HERE))

    def plain(build: Callable[[], Protocol]) -> int:
        return _port(reactor.listenTCP(0, _Factory(build), interface=_HERE))

    return {
        "dns": _listen_dns(house.record),
        "443": _port(reactor.listenSSL(0, web_site(house.record), house.certificates, interface=_HERE)),
        "993": tls(lambda: Imap(house, secure=True)),
        "143": plain(lambda: Imap(house, secure=False)),
        "995": tls(lambda: Pop3(house, secure=True)),
        "110": plain(lambda: Pop3(house, secure=False)),
        "465": tls(lambda: Submission(house, secure=True)),
        "587": plain(lambda: Submission(house, secure=False)),
    }


class _Factory(Factory):
    noisy = False

    def __init__(self, build: Callable[[], Protocol]) -> None:
        self._build = build

    def buildProtocol(self, addr: object) -> Protocol:
        protocol = self._build()
        protocol.factory = self
        return protocol


def _port(listening: Any) -> int:
    number: int = listening.getHost().port
    return number


def _listen_dns(record: Record) -> int:
    factory = name_server(record)
    for _ in range(_TRIES):
        udp = reactor.listenUDP(0, DNSDatagramProtocol(factory), interface=_HERE)
        try:
            reactor.listenTCP(_port(udp), factory, interface=_HERE)
        except error.CannotListenError:
            # Somebody has that number for TCP; another one will do.
            udp.stopListening()
        else:
            return _port(udp)
    raise OSError("no port is free for both UDP and TCP")


def _fault_finder(record: Record) -> Callable[[LogEvent], None]:
    def observe(event: LogEvent) -> None:
        failure = event.get("log_failure")
        if failure is not None:
            # Only its kind: the text could quote what a client sent.
            record.faults.append(failure.type.__name__)

    return observe


def _lines() -> Iterator[bytes]:
    # Not sys.stdin: a thread that waits inside it would keep the interpreter from ending.
    rest = b""
    while chunk := os.read(0, 65536):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole


def _serve_parent(lines: Iterator[bytes], house: House) -> None:
    for line in lines:
        reactor.callFromThread(_answer, json.loads(line), house)
    reactor.callFromThread(reactor.stop)
    # This thread ends with the process, and the process by now if all is well.
    time.sleep(_SECONDS_TO_END)
    os._exit(1)


def _answer(question: dict[str, str], house: House) -> None:
    if question["ask"] == "record":
        _tell(house.record.as_json())
    else:
        letters = house.office.people[question["address"]].inbox.letters
        _tell({"messages": [letter.content.decode("latin-1") for letter in letters]})


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
