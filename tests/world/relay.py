"""A relay that takes every message and writes down each command, one a line. Run: relay.py LOG."""

import socketserver
import sys
from pathlib import Path


class Relay(socketserver.StreamRequestHandler):
    """One SMTP client (RFC 5321), told yes to everything."""

    def handle(self) -> None:
        """Speak until QUIT or the end of the connection."""
        self.wfile.write(b"220 relay.world.test ESMTP\r\n")
        while line := self.rfile.readline():
            command = line.strip().decode("utf-8", "replace")
            with Path(sys.argv[1]).open("a") as log:
                log.write(command + "\n")
            verb = command[:4].upper()
            if verb == "EHLO":
                self.wfile.write(b"250-relay.world.test\r\n250-SIZE 10000000\r\n250 8BITMIME\r\n")
            elif verb == "DATA":
                self.wfile.write(b"354 Go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self.wfile.write(b"250 2.0.0 Taken\r\n")
            elif verb == "QUIT":
                self.wfile.write(b"221 2.0.0 Bye\r\n")
                return
            else:
                self.wfile.write(b"250 2.0.0 Ok\r\n")


class Server(socketserver.ThreadingTCPServer):
    """Listens where Dovecot relays to."""

    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    Server(("127.0.0.1", 2525), Relay).serve_forever()
