"""Single lines taken out of prefs.js and profiles.ini, every other byte kept."""

import pytest

from mailsetup.clients.thunderbird import ini, prefs


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (b'user_pref("a", 1);\nuser_pref("b", 2);\n', b'user_pref("b", 2);\n'),
        (b'user_pref("b", 2);\r\nuser_pref("a", 1);\r\n', b'user_pref("b", 2);\r\n'),
        (b'user_pref("b", 2);\nuser_pref("a", 1);', b'user_pref("b", 2);\n'),
        (b'user_pref("a", 1);\nuser_pref("b", 2);\nuser_pref("a", 3);\n', b'user_pref("b", 2);\n'),
        (b'  user_pref("a", 1);  \n// mine\n', b"// mine\n"),
        (b'user_pref("a", 1); // why\n', b" // why\n"),
        (b'/* one */ user_pref("a", 1);\n', b"/* one */ \n"),
        (b'user_pref("b", 2); user_pref("a", 1);\n', b'user_pref("b", 2); \n'),
        (b'user_pref(\n  "a",\n  1\n);\nuser_pref("b", 2);\n', b'user_pref("b", 2);\n'),
        (b'\xef\xbb\xbfuser_pref("a", 1);\n# caf\xe9\n', b"\xef\xbb\xbf# caf\xe9\n"),
        (b'user_pref("b", "user_pref(\\"a\\", 1);");\n', b'user_pref("b", "user_pref(\\"a\\", 1);");\n'),
    ],
)
def test_a_pref_goes_with_its_line_where_it_has_one(content, left):
    assert prefs.edit(content, {"a": None}) == left


def test_prefs_go_change_and_come_in_one_edit():
    content = b'user_pref("a", 1);\nuser_pref("b", 2);\n'

    assert prefs.edit(content, {"a": None, "b": 3, "c": 4, "d": None}) == (
        b'user_pref("b", 3);\nuser_pref("c", 4);\n'
    )


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_section_goes_and_a_comment_in_it_stays(newline):
    content = b"[A]%bx=1%b%b[B]%b; mine%by=2%b%b[C]%bz=3%b".replace(b"%b", newline)

    assert ini.remove_section(content, "B") == (b"[A]%bx=1%b%b; mine%b[C]%bz=3%b".replace(b"%b", newline))


def test_a_section_gets_another_name_and_keeps_its_keys():
    assert ini.rename_section(b"[A]\nx=[A]\n[AB]\n", "A", "Z") == b"[Z]\nx=[A]\n[AB]\n"


def test_what_a_section_appended_goes_without_a_trace():
    content = b"[A]\nx=1\n"
    longer = ini.append_section(content, "B", {"y": "2"})

    assert ini.remove_section(longer, "B").rstrip(b"\n") == content.rstrip(b"\n")
