"""Ask a running Thunderbird what it sees, by Mozilla's own remote protocol.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import json
import socket
from typing import Any


class Asking(AssertionError):
    """Thunderbird gives no answer: a question of its own is open, and waits for a person."""


class Marionette:
    """One session with a Thunderbird, whose scripts may see all that Thunderbird sees.

    seconds: how long an answer may take before it counts as none.
    """

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        connection.settimeout(seconds)
        self._connection = connection
        self._replies = connection.makefile("rb")
        self._sent = 0
        try:
            self._receive()
            self.command("WebDriver:NewSession")
            self.command("Marionette:SetContext", value="chrome")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        self._replies.close()
        self._connection.close()

    def script(self, source: str, *arguments: object) -> Any:
        """The value that a script returns; a promise is waited for."""
        return self.command("WebDriver:ExecuteScript", script=source, args=arguments)["value"]

    def command(self, name: str, **parameters: object) -> Any:
        """The answer to one command."""
        self._sent += 1
        message = json.dumps([0, self._sent, name, parameters]).encode()
        self._connection.sendall(b"%d:%s" % (len(message), message))
        _, _, fault, result = self._receive()
        assert fault is None, f"{name}: {fault}"
        return result

    def _receive(self) -> Any:
        try:
            length = b""
            while (digit := self._replies.read(1)) != b":":
                assert digit, "Thunderbird has closed the connection"
                length += digit
            return json.loads(self._replies.read(int(length)))
        except TimeoutError:
            raise Asking("Thunderbird gives no answer: it seems to wait for a person") from None
