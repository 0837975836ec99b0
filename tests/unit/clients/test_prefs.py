import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.clients.thunderbird.prefs import BrokenPrefs, edit, read

# Written by hand and by Thunderbird: each kind of comment, CRLF, an odd layout, bytes that are no UTF-8.
_ODD = (
    b"// Mozilla User Preferences\r\n"
    b'# a comment with user_pref("a.comment", 1);\r\n'
    b"/* and one\r\n over two lines */\r\n"
    b'user_pref("app.name", "caf\xe9 \\"x\\"");\r\n'
    b"  user_pref ( 'mail.check' , true ) ; user_pref(\"mail.port\",\r\n  110);\r\n"
    b'user_pref("mail.minus", -5);\r\n'
    b"nonsense here;\r\n"
    b'user_pref("last", "no line end");'
)


def test_prefs_are_read_as_thunderbird_reads_them():
    assert read(_ODD) == {
        "app.name": 'caf\udce9 "x"',
        "mail.check": True,
        "mail.port": 110,
        "mail.minus": -5,
        "last": "no line end",
    }


def test_a_change_touches_its_own_value_and_no_other_byte():
    assert edit(_ODD, {"mail.port": 995}) == _ODD.replace(b"110", b"995")


def test_new_prefs_go_to_the_end_with_the_line_ends_of_the_file():
    after = edit(_ODD, {"new.text": "a", "new.flag": False})

    assert after == _ODD + b'\r\nuser_pref("new.text", "a");\r\nuser_pref("new.flag", false);\r\n'


def test_an_edit_that_changes_nothing_returns_the_same_bytes():
    assert edit(_ODD, {"mail.check": True, "app.name": 'caf\udce9 "x"'}) == _ODD


def test_true_is_not_one():
    assert edit(b'user_pref("a", 1);\n', {"a": True}) == b'user_pref("a", true);\n'


def test_of_a_pref_that_is_set_twice_the_last_counts_and_is_changed():
    twice = b'user_pref("a", 1);\nuser_pref("a", 2);\n'

    assert (read(twice), edit(twice, {"a": 3})) == ({"a": 2}, twice.replace(b"2", b"3"))


def test_a_name_cannot_break_out_of_its_string():
    hostile = '");user_pref("mail.server.server1.hostname", "evil.example");//\\'

    assert read(edit(b"", {"fullName": hostile})) == {"fullName": hostile}


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_every_text_comes_back_as_it_went_in(text):
    assert read(edit(b"", {"a": text})) == {"a": text}


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_no_text_can_become_more_than_one_pref_or_line(text):
    assert edit(b"", {"a": text, "b": 1}).count(b"\n") == 2


@given(st.integers(-(2**31), 2**31 - 1))
def test_every_number_of_32_bits_comes_back_as_it_went_in(number):
    assert read(edit(b"", {"a": number})) == {"a": number}


@given(st.binary())
def test_any_bytes_are_read_or_refused_as_broken(content):
    try:
        read(content)
    except BrokenPrefs:
        return


@given(st.binary())
def test_what_is_added_to_any_readable_bytes_is_read_back(content):
    try:
        read(content)
    except BrokenPrefs:
        return
    assert read(edit(content, {"added": "yes"}))["added"] == "yes"


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (b'"\\u00e9\\x41\\n"', "éA\n"),
        (b'"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
        (b"'it\\'s'", "it's"),
        (b"+7", 7),
        (b"-2147483648", -2147483648),
    ],
)
def test_escapes_and_signs_are_those_of_mozilla(literal, value):
    assert read(b'user_pref("a", ' + literal + b");") == {"a": value}


@pytest.mark.parametrize(
    "literal", [b'"\\t"', b'"\\u0000"', b'"\\ud83d"', b"2147483648", b"12x", b"nil", b"9" * 5000]
)
def test_a_value_that_thunderbird_refuses_is_not_there(literal):
    assert read(b'user_pref("a", ' + literal + b');user_pref("b", 1);') == {"b": 1}


@pytest.mark.parametrize(
    "tail", [b'user_pref("open', b"/* open", b"user_pref(", b"\0", b'user_pref("a", "ends in \\']
)
def test_a_file_whose_end_thunderbird_loses_is_refused_with_the_line(tail):
    with pytest.raises(BrokenPrefs) as refused:
        edit(b'user_pref("a", 1);\n' + tail, {"b": 1})

    assert refused.value.line == 2


def test_a_long_open_string_is_refused_at_once():
    with pytest.raises(BrokenPrefs):
        read(b'user_pref("a", "' + b"x" * 1_000_000)


_PIECES = st.sampled_from(
    [
        b"// Mozilla User Preferences",
        b'# a comment with user_pref("a", 1);',
        b"/* one \xff\xfe */",
        b'user_pref("other", "caf\xe9 \\"x\\"");',
        b"  user_pref ( 'unknown.to.us' , true ) ;",
        b'user_pref("mail.minus",\t-5); user_pref("twice", 1);',
        b"nonsense here;",
        b"",
    ]
)
_LINES = st.lists(st.tuples(_PIECES, st.sampled_from([b"\n", b"\r\n", b"\r", b" \n"])), max_size=8).map(
    lambda lines: b"".join(piece + newline for piece, newline in lines)
)


@given(_LINES, _LINES)
def test_of_any_file_only_the_value_is_changed_and_every_other_byte_stays(before, after):
    content = before + b'user_pref("a", 1);' + after

    assert edit(content, {"a": 2}) == before + b'user_pref("a", 2);' + after


@given(_LINES, st.integers(1, 5))
def test_what_is_added_to_any_file_can_be_taken_out_again_to_the_byte(content, number):
    added = {f"new.{index}": index for index in range(number)}
    after = edit(content, added)

    assert after.startswith(content)
    assert edit(after, dict.fromkeys(added)) == content
