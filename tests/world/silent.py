"""A server that takes connections and never says a word. Run: silent.py HOST PORT."""

import signal
import socket
import sys

if __name__ == "__main__":
    with socket.create_server((sys.argv[1], int(sys.argv[2]))):
        signal.pause()
