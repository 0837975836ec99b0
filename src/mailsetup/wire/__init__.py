"""The three mail protocols: what to say, and what the replies mean. No policy: that is in `checks`.

Each of `imap`, `pop3` and `smtp` has pure functions that read one reply, and one small class that sends a
command over a `net.stream.Stream` and waits for its reply. `sasl` makes the messages of a login, `refusals`
names the reasons for which one is refused, `faults` holds the errors. Nothing here reads or writes mail.
"""
