"""A small mail domain on this machine: real DNS, HTTPS, IMAP, POP3 and submission servers (extra `demo`).

`world.start` is the door. The servers run as a child process, on loopback, on ports that the system
chooses; nothing here needs root or asks anything outside.
"""
