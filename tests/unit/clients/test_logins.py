import json

import pytest

from mailsetup.clients.thunderbird.logins import BrokenLogins, Sealed, Stored, put, stored_for

_NOW = 1_800_000_000.5
_THERE = json.dumps(
    {
        "nextId": 9,
        "logins": [
            {
                "id": 3,
                "hostname": "https://a.example",
                "httpRealm": None,
                **dict.fromkeys(("encryptedUsername", "encryptedPassword"), "web"),
            },
            {
                "id": 8,
                "hostname": "imap://h",
                "httpRealm": "imap://h",
                "encryptedUsername": "U",
                "encryptedPassword": "P",
                "guid": "{g}",
                "timesUsed": 4,
            },
        ],
        "version": 3,
        "somethingNew": {"é": 1},
    },
    ensure_ascii=False,
).encode()


def test_what_is_stored_for_a_server_is_found_with_its_place():
    assert stored_for(_THERE, "imap://h") == [Stored(1, "U", "P")]


def test_a_first_login_makes_the_file_that_thunderbird_makes():
    document = json.loads(put(None, [Sealed("mailbox://h", "U", "P", None)], _NOW))
    [login] = document.pop("logins")

    assert document == {
        "nextId": 2,
        "potentiallyVulnerablePasswords": [],
        "dismissedBreachAlertsByLoginGUID": {},
        "version": 3,
    }
    assert login.pop("guid").startswith("{")
    assert login == {
        "id": 1,
        "hostname": "mailbox://h",
        "httpRealm": "mailbox://h",
        "formSubmitURL": None,
        "usernameField": "",
        "passwordField": "",
        "encryptedUsername": "U",
        "encryptedPassword": "P",
        "encType": 1,
        "timeCreated": 1800000000500,
        "timeLastUsed": 1800000000500,
        "timePasswordChanged": 1800000000500,
        "timesUsed": 1,
    }


def test_a_new_login_leaves_the_others_and_whatever_else_is_in_the_file():
    before = json.loads(_THERE)
    after = json.loads(put(_THERE, [Sealed("smtp://h", "U2", "P2", None)], _NOW))

    assert after["logins"][:2] == before["logins"]
    assert (after["logins"][2]["id"], after["nextId"], after["somethingNew"]) == (9, 10, {"é": 1})


def test_a_changed_password_takes_the_place_of_the_old_one():
    after = json.loads(put(_THERE, [Sealed("imap://h", "U2", "P2", 1)], _NOW))

    assert len(after["logins"]) == 2
    assert after["logins"][1] == json.loads(_THERE)["logins"][1] | {
        "encryptedUsername": "U2",
        "encryptedPassword": "P2",
        "timePasswordChanged": 1800000000500,
    }


@pytest.mark.parametrize(
    "content",
    [b"not json", b"[]", b'{"logins": {}}', b'{"logins": [1]}', b'{"nextId": "x"}', b"[" * 100_000],
)
def test_a_file_that_thunderbird_did_not_write_is_refused(content):
    with pytest.raises(BrokenLogins):
        stored_for(content, "imap://h")
