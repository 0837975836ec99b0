import pytest

from mailsetup.discovery.reading import MAX_TEXT, is_word, read_host, read_line


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("IMAP.Example.org.", "imap.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("mail.corp.local", "mail.corp.local"),
    ],
)
def test_a_host_is_read_as_dns_knows_it(text: str, host: str):
    assert read_host(text) == host


@pytest.mark.parametrize(
    "text", ["localhost", "LocalHost.", "a.localhost", "router", "com", "co.uk", "github.io", "127.0.0.1", ""]
)
def test_a_host_of_nobody_or_of_this_machine_is_none(text: str):
    with pytest.raises(ValueError, match="host"):
        read_host(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" Zoë\n\t Mail ", "Zoë Mail"),
        ("a" * (MAX_TEXT + 1), "a" * MAX_TEXT),
        ("a\x1b[31m", ""),
        ("a\x00", ""),
        ("", ""),
    ],
)
def test_a_text_for_people_is_one_clean_line(text: str, line: str):
    assert read_line(text) == line


@pytest.mark.parametrize("text", ["https://a.example/ b", "https://a.example/\n", "https://a.example/\x07"])
def test_a_link_is_in_one_piece(text: str):
    assert not is_word(text)
    assert is_word("https://a.example/")
