"""XML from strangers, made harmless: no document type, no entities, and a cap on everything."""

import codecs
import re
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from mailsetup.errors import Message, say

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 4_000
MAX_ATTRIBUTES = 32

WEB_PAGE = say("The answer is a web page, not mail settings.")

_EMPTY = "\ufeff\x00 \t\r\n"
_SIGNS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
"""How a document begins that says its encoding before it can be read (XML 1.0, appendix F)."""
_DECLARED = re.compile(rb"""[ \t\r\n]*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Python's names of them. It has other codecs, which are no encodings of text, or can make much of little.
_KNOWN = re.compile(
    r"ascii|utf-8|iso8859-\d+|cp\d+|koi8-[rtu]|mac-[a-z]+|tis-620"
    r"|shift_jis|euc_jp|iso2022_jp|gb2312|gbk|gb18030|big5|big5hkscs|euc_kr"
)
# What programs write under these names is the larger set (https://encoding.spec.whatwg.org/#names-and-labels).
_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}


class Unreadable(Exception):
    """A file that is not what it should be. why: one sentence; it may quote the file."""

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(why)


def read_tree(body: bytes) -> Element:
    """The root element of an XML document, in whatever encoding it declares; prefixes stay in the names.

    Raises Unreadable, and nothing else, whatever the bytes are.
    """
    if len(body) > MAX_BYTES:
        raise Unreadable(say("The answer is larger than {limit} bytes.", limit=MAX_BYTES))
    try:
        return _parse(_decode(body))
    except _NotXml as fault:
        start = body[:2048].replace(b"\x00", b"").lower()
        web_page = b"<html" in start or b"<!doctype html" in start
        raise Unreadable(WEB_PAGE if web_page else fault.why) from None


class _NotXml(Exception):
    """No XML. That may be because it is a web page."""

    def __init__(self, why: Message) -> None:
        self.why = why


def _decode(body: bytes) -> str:
    encoding = next((encoding for sign, encoding in _SIGNS if body.startswith(sign)), None)
    encoding = encoding or _declared(body)
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        raise _NotXml(say("The answer is no text in the encoding {encoding}.", encoding=encoding)) from None


def _declared(body: bytes) -> str:
    declaration = _DECLARED.match(body)
    if declaration is None:
        return "utf-8"
    word = declaration[1].decode("ascii")
    try:
        name = codecs.lookup(word).name
    except LookupError:
        name = ""
    # Whatever the declaration says: it could be read, so this is not UTF-16.
    if name.startswith("utf-16"):
        return "utf-8"
    if not _KNOWN.fullmatch(name):
        raise _NotXml(say("The answer is in an encoding that cannot be read: “{encoding}”.", encoding=word))
    return _LARGER.get(name, name)


def _parse(text: str) -> Element:
    text = text.strip(_EMPTY)
    if not text:
        raise Unreadable(say("The answer is empty."))
    if not text.startswith("<"):
        raise _NotXml(say("The answer is not XML but some other text."))
    builder = TreeBuilder()
    limits = _Limits(builder)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = limits.refuse_document_type
    parser.StartElementHandler = limits.start
    parser.EndElementHandler = limits.end
    parser.CharacterDataHandler = builder.data
    try:
        # Given text, not bytes, the parser pays no heed to the declared encoding.
        parser.Parse(text, True)
    except expat.ExpatError as fault:
        raise _NotXml(say("The answer is not XML: {fault}.", fault=str(fault))) from None
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
        if not self._elements and name.lower() == "html":
            raise Unreadable(WEB_PAGE)
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise Unreadable(say("The answer is more deeply nested or longer than mail settings ever are."))
        self._builder.start(name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(name)
