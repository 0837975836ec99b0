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
