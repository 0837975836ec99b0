"""XML from strangers, made harmless: no document type, no entities, and a cap on everything."""

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from mailsetup.errors import Message, say

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 4_000
MAX_ATTRIBUTES = 32

WEB_PAGE = say("The answer is a web page, not mail settings.")


class Unreadable(Exception):
    """A file that is not what it should be. why: one sentence; it may quote the file."""

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(why)


def read_tree(body: bytes) -> Element:
    """The root element of an XML document, in any encoding that expat knows or Python has a table for.

    Raises Unreadable, and nothing else, whatever the bytes are.
    """
    if not body.strip(b"\x00\t\r\n "):
        raise Unreadable(say("The answer is empty."))
    if len(body) > MAX_BYTES:
        raise Unreadable(say("The answer is larger than {limit} bytes.", limit=MAX_BYTES))
    builder = TreeBuilder()
    limits = _Limits(builder)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = limits.refuse_document_type
    parser.StartElementHandler = limits.start
    parser.EndElementHandler = limits.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(body, True)
    # Python's own handler of declared encodings raises the last two: no such one, or a multi-byte one.
    except (expat.ExpatError, LookupError, ValueError) as fault:
        if b"<html" in body[:2048].lower():
            raise Unreadable(WEB_PAGE) from None
        raise Unreadable(say("The answer is not XML: {fault}.", fault=str(fault))) from None
    return builder.close()


class _Limits:
    """Passes elements on to a TreeBuilder, up to the caps."""

    def __init__(self, builder: TreeBuilder) -> None:
        self._builder = builder
        self._depth = 0
        self._elements = 0

    def refuse_document_type(self, name: str, *_: object) -> None:
        if name.lower() == "html":
            raise Unreadable(WEB_PAGE)
        # A document type is where entities are defined, and those can read files and fill the memory.
        raise Unreadable(say("The answer declares a document type, which mail settings never need."))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise Unreadable(say("The answer is more deeply nested or longer than mail settings ever are."))
        self._builder.start(name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(name)
