import encodings
import pkgutil
from contextlib import suppress
from encodings.aliases import aliases

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsetup.discovery import xmltree
from mailsetup.discovery.xmltree import Unreadable, read_tree

ENTITY_BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>"""


# Encodings


def declared(encoding: str, text: str, *, codec: str | None = None) -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?><a>{text}</a>'.encode(codec or encoding)


@pytest.mark.parametrize(
    "body",
    [
        declared("UTF-8", "Zoë"),
        declared("UTF-8", "Zoë", codec="utf-8-sig"),
        declared("ISO-8859-1", "Zoë", codec="utf-8-sig"),
        declared("UTF-16", "Zoë"),
        declared("UTF-16", "Zoë", codec="utf-16-le"),
        declared("UTF-16", "Zoë", codec="utf-16-be"),
        b"\xfe\xff" + "<a>Zoë</a>".encode("utf-16-be"),
        declared("UTF-16", "Zoë", codec="utf-8"),
        declared("ISO-8859-1", "Zoë"),
        declared("iso-8859-15", "Zoë"),
        declared("windows-1252", "Zoë"),
        "<?xml version='1.0'  encoding = 'latin1' standalone='yes' ?><a>Zoë</a>".encode("latin-1"),
        "<a>Zoë</a>".encode(),
        "\r\n <a>Zoë</a>\n".encode(),
    ],
    ids=[
        "utf-8", "utf-8 with BOM", "the BOM knows better", "utf-16 with BOM", "utf-16 little", "utf-16 big",
        "utf-16 big, undeclared", "utf-16 that is utf-8", "latin-1", "latin-9", "windows-1252",
        "other quotes", "undeclared", "after a blank line",
    ],
)  # fmt: skip
def test_a_document_is_read_in_the_encoding_it_has(body):
    assert read_tree(body).text == "Zoë"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("windows-1251", "Почта"),
        ("KOI8-R", "Почта"),
        ("windows-1250", "Żółw"),
        ("ISO-8859-8", "דואר"),
        ("TIS-620", "อีเมล"),
        ("Shift_JIS", "メール設定"),
        ("EUC-JP", "メール設定"),
        ("ISO-2022-JP", "メール設定"),
        ("GB2312", "邮箱"),
        ("GBK", "郵箱"),
        ("GB18030", "郵箱"),
        ("Big5", "郵箱"),
        ("EUC-KR", "메일"),
    ],
)
def test_the_encodings_of_the_world_are_read(encoding, text):
    assert read_tree(declared(encoding, text)).text == text


@pytest.mark.parametrize(
    ("encoding", "codec", "text"),
    [("GB2312", "gbk", "郵箱"), ("Shift_JIS", "cp932", "①"), ("EUC-KR", "cp949", "똠방")],
)
def test_the_larger_set_that_programs_write_under_a_name_is_read(encoding, codec, text):
    assert read_tree(declared(encoding, text, codec=codec)).text == text


NO_ENCODINGS = [
    "zlib", "bz2", "hex", "base64", "uu", "rot13", "quopri", "idna", "punycode", "unicode_escape",
    "raw_unicode_escape", "utf-7", "undefined", "charmap", "mbcs", "unicode_internal", "no-such-code", "..",
]  # fmt: skip


@pytest.mark.parametrize("word", NO_ENCODINGS)
def test_a_codec_that_is_no_encoding_of_text_is_refused(word):
    with pytest.raises(Unreadable) as refusal:
        read_tree(b'<?xml version="1.0" encoding="%s"?><a/>' % word.encode())
    assert word in refusal.value.why.render()


def test_whatever_python_can_decode_gives_a_tree_or_unreadable():
    for word in {*aliases, *(one.name for one in pkgutil.iter_modules(encodings.__path__))}:
        with suppress(Unreadable):
            assert read_tree(b'<?xml version="1.0" encoding="%s"?><a>x+ADw-</a>' % word.encode()).tag == "a"


# What is refused


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b"\r\n \x00", "empty"),
        (b"no such user", "not XML"),
        (b'{"error": "not found"}', "not XML"),
        ("\ufeff[]".encode(), "not XML"),
        (declared("UTF-8", "Zoë", codec="latin-1"), "no text in the encoding utf-8"),
        ("<a>Zoë</a>".encode("utf-16")[:-1], "no text in the encoding utf-16"),
        (b"<a><b></a>", "not XML"),
        (b"<a>&nbsp;</a>", "not XML"),
        (ENTITY_BOMB, "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (
            b'<!DOCTYPE clientConfig [<!ENTITY % x SYSTEM "https://x.example/">%x;]><clientConfig/>',
            "document type",
        ),
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


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><title>Zoë</title>",
        "<HTML><body>Welcome",
        "<html xmlns='http://www.w3.org/1999/xhtml'><head/><body>Log in</body></html>",
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd"><html/>',
        "<br />\n<b>Warning</b>: no such file<html><body>Log in</body></html>",
        "<html>" + "<div>" * 100,
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_web_page_is_told_from_a_broken_file(page, codec):
    with pytest.raises(Unreadable) as refusal:
        read_tree(page.encode(codec))
    assert refusal.value.why is xmltree.WEB_PAGE


def test_the_largest_document_allowed_is_read():
    tree = read_tree(b"<a>" + b"<b/>" * (xmltree.MAX_ELEMENTS - 1) + b"</a>")
    assert len(tree) == xmltree.MAX_ELEMENTS - 1


@pytest.mark.parametrize("text", ["9<!-- -->93", "9<?print no?>93", "<![CDATA[9]]>93", "9&#57;3"])
def test_a_value_is_whole_however_it_is_written(text):
    assert read_tree(f"<port>{text}</port>".encode()).text == "993"


@given(st.binary(max_size=400))
@example(b"\xff\xfe<\x00")
def test_any_bytes_give_a_tree_or_unreadable(body):
    with suppress(Unreadable):
        assert read_tree(body) is not None
