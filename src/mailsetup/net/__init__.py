"""The only room that connects: names, streams, web pages, and what may be asked of whom.

`door.Net` is the whole of what other rooms see; `door.Internet` is the real one.
"""
