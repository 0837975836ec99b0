"""From a domain to the servers that its mail programs may use, with the evidence.

The way in is `discover.discover`; what comes out is in `finding`. On the way: `sources` says what to ask,
`run` asks it all at once, `stop` says when enough is known, `rank` puts the answers in order.
"""
