from hypothesis import given
from hypothesis import strategies as st

from mailsetup.clients.thunderbird import ini

_FILE = (
    b"; mine\r\n"
    b"[Profile0]\r\n"
    b"Name=caf\xe9\r\n"
    b"Path = a.b\r\n"
    b"Odd=1=2\r\n"
    b"\r\n"
    b"[General]\r\n"
    b"no key here\r\n"
    b"Version=2"
)


def test_sections_are_read_in_order_with_bad_bytes_kept():
    assert ini.read(_FILE) == {
        "Profile0": {"Name": "caf\udce9", "Path": "a.b", "Odd": "1=2"},
        "General": {"Version": "2"},
    }


def test_a_changed_key_leaves_every_other_byte():
    assert ini.set_key(_FILE, "Profile0", "Path", "c.d") == _FILE.replace(b"Path = a.b", b"Path=c.d")


def test_a_new_key_comes_first_in_its_section():
    assert ini.set_key(_FILE, "General", "Extra", "1") == _FILE.replace(
        b"[General]\r\n", b"[General]\r\nExtra=1\r\n"
    )


def test_a_removed_key_leaves_every_other_byte():
    assert ini.remove_key(_FILE, "Profile0", "Odd") == _FILE.replace(b"Odd=1=2\r\n", b"")


def test_a_new_section_follows_a_gap_with_the_line_ends_of_the_file():
    after = ini.append_section(_FILE, "Profile1", {"Name": "x"})

    assert after == _FILE + b"\r\n\r\n[Profile1]\r\nName=x\r\n"


def test_a_mark_at_the_start_of_the_file_is_no_part_of_it():
    assert ini.read(b"\xef\xbb\xbf[General]\nVersion=2\n") == {"General": {"Version": "2"}}


_NEWLINES = st.sampled_from([b"\n", b"\r\n"])
_OTHERS = st.sampled_from(
    [b"", b"; a remark", b"# caf\xe9 \xff", b"no key here", b"Odd=1=2", b"  Name = x  "]
)


@st.composite
def _files(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """What stands before and after one line, `Path=a.b` in the section Profile0, in files of many shapes."""
    newline = draw(_NEWLINES)
    head = [*draw(st.lists(_OTHERS, max_size=5)), b"[Profile0]", *draw(st.lists(_OTHERS, max_size=5))]
    tail = [*draw(st.lists(_OTHERS, max_size=5)), b"[General]", *draw(st.lists(_OTHERS, max_size=5))]
    return newline.join([*head, b""]), newline + newline.join(tail)


@given(_files())
def test_only_the_line_of_a_key_is_changed_in_any_file(around):
    before, after = around

    assert (
        ini.set_key(before + b"Path=a.b" + after, "Profile0", "Path", "c.d") == before + b"Path=c.d" + after
    )


@given(st.binary())
def test_any_bytes_are_read(content):
    assert all(isinstance(keys, dict) for keys in ini.read(content).values())


@given(st.binary())
def test_a_section_that_is_added_to_any_bytes_is_read_back_and_the_rest_stays(content):
    after = ini.append_section(content, "Profile77", {"Name": "x"})

    assert after.startswith(content)
    assert ini.read(after)["Profile77"]["Name"] == "x"
