from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsetup.discovery import xmltree
from mailsetup.discovery.xmltree import Unreadable, read_tree

ENTITY_BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>"""


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0" encoding="UTF-8"?><a>Zoë</a>'.encode(),
        '\ufeff<?xml version="1.0" encoding="UTF-8"?><a>Zoë</a>'.encode(),
        '<?xml version="1.0" encoding="UTF-16"?><a>Zoë</a>'.encode("utf-16"),
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>Zoë</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="windows-1252"?><a>Zoë</a>'.encode("cp1252"),
        "<a>Zoë</a>".encode(),
    ],
    ids=["utf-8", "utf-8 with BOM", "utf-16", "latin-1", "windows-1252", "undeclared"],
)
def test_a_document_is_read_in_the_encoding_it_has(body):
    assert read_tree(body).text == "Zoë"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b"\r\n \x00", "empty"),
        (b"no such user", "not XML"),
        (b"<a><b></a>", "not XML"),
        (b"<a>&nbsp;</a>", "not XML"),
        (b'<?xml version="1.0" encoding="no-such-code"?><a/>', "not XML"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><a/>', "not XML"),
        (b'<?xml version="1.0" encoding="rot13"?><a/>', "not XML"),
        (ENTITY_BOMB, "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b"<!doctype html><html><body>Welcome", "web page"),
        (b"<a>" * (xmltree.MAX_DEPTH + 1), "deeply nested"),
        (b"<a>" + b"<b/>" * xmltree.MAX_ELEMENTS + b"</a>", "longer"),
        (b"<a " + b" ".join(b'x%d=""' % n for n in range(xmltree.MAX_ATTRIBUTES + 1)) + b"/>", "longer"),
        (b"<a>" + b" " * xmltree.MAX_BYTES + b"</a>", "larger than"),
    ],
)
def test_what_is_no_settings_file_is_refused_with_the_reason(body, word):
    with pytest.raises(Unreadable) as refusal:
        read_tree(body)
    assert word in refusal.value.why.render()


def test_the_largest_document_allowed_is_read():
    tree = read_tree(b"<a>" + b"<b/>" * (xmltree.MAX_ELEMENTS - 1) + b"</a>")
    assert len(tree) == xmltree.MAX_ELEMENTS - 1


@given(st.binary(max_size=400))
@example(b"\xff\xfe<\x00")
@example(b'<?xml version="1.0" encoding="idna"?><a/>')
@example(b'<?xml version="1.0" encoding="punycode"?><a/>')
@example(b'<?xml version="1.0" encoding="utf-7"?><a/>')
@example(b'<?xml version="1.0" encoding="base64"?><a/>')
def test_any_bytes_give_a_tree_or_unreadable(body):
    with suppress(Unreadable):
        assert read_tree(body) is not None
