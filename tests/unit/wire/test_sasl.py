import base64

import pytest

from mailsetup.wire import sasl
from mailsetup.wire.faults import Unsendable


def test_plain_names_the_user_and_gives_the_password_in_one_message():
    assert base64.b64decode(sasl.plain("ada", "pässword")) == "\0ada\0pässword".encode()


def test_login_gives_the_two_one_after_the_other():
    assert [base64.b64decode(message) for message in sasl.login("ada", "secret")] == [b"ada", b"secret"]


@pytest.mark.parametrize("text", ["", "a\rb", "a\nb", "a\0b"])
def test_a_password_that_cannot_be_sent_is_refused(text):
    with pytest.raises(Unsendable):
        sasl.plain("ada", text)


@pytest.mark.parametrize("text", ["", "a\rb", "a\nb", "a\0b"])
def test_a_user_name_that_cannot_be_sent_is_refused(text):
    with pytest.raises(Unsendable):
        sasl.login(text, "secret")


def test_the_refusal_of_a_password_does_not_quote_it():
    with pytest.raises(Unsendable) as caught:
        sasl.plain("ada", "hunter2\n")
    assert "hunter2" not in repr(caught.value) + str(caught.value)
