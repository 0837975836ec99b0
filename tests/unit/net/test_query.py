"""A question as bytes, and which bytes answer it."""

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.net.servers import reply

from mailsetup.net.query import Query

NAME = dns.name.from_text("_imaps._tcp.example.org.")
QUERY = Query.make(NAME, "SRV", signed=False)


def asked(query: Query = QUERY) -> dns.message.Message:
    return dns.message.from_wire(query.wire)


def test_the_question_is_asked_with_recursion_and_without_a_word_on_dnssec():
    message = asked()
    (question,) = message.question
    assert (question.name, question.rdtype, message.id) == (NAME, dns.rdatatype.SRV, QUERY.number)
    assert (message.flags, message.edns, message.ednsflags, message.payload) == (dns.flags.RD, 0, 0, 1232)


def test_a_resolver_that_is_believed_is_asked_for_its_word_on_dnssec():
    message = asked(Query.make(NAME, "MX", signed=True))
    assert message.flags == dns.flags.RD | dns.flags.AD
    assert message.ednsflags == dns.flags.DO


def test_no_two_questions_are_alike():
    assert len({Query.make(NAME, "SRV", signed=False).number for _ in range(50)}) > 40


def test_the_answer_is_read():
    found = QUERY.read(reply(asked(), "SRV 0 0 993 a.example.org.").to_wire())
    assert found is not None
    assert len(found.answer) == 1


def test_names_are_the_same_whatever_their_case():
    other = Query.make(dns.name.from_text("_IMAPS._tcp.Example.org."), "SRV", signed=False)
    assert other.read(reply(asked(other), "SRV 0 0 993 a.").to_wire()) is not None


def wrong_id(made: dns.message.Message) -> None:
    made.id ^= 1


def wrong_name(made: dns.message.Message) -> None:
    made.question[0].name = dns.name.from_text("_imaps._tcp.example.net.")


def wrong_type(made: dns.message.Message) -> None:
    made.question[0].rdtype = dns.rdatatype.MX


def no_question(made: dns.message.Message) -> None:
    made.question.clear()


def two_questions(made: dns.message.Message) -> None:
    made.question *= 2


def no_reply(made: dns.message.Message) -> None:
    made.flags &= ~dns.flags.QR


def another_matter(made: dns.message.Message) -> None:
    made.set_opcode(dns.opcode.NOTIFY)


@pytest.mark.parametrize(
    "forge", [wrong_id, wrong_name, wrong_type, no_question, two_questions, no_reply, another_matter]
)
@pytest.mark.parametrize("rcode", [dns.rcode.NOERROR, dns.rcode.NXDOMAIN])
def test_what_is_no_answer_to_this_question_is_none(forge, rcode: dns.rcode.Rcode):
    made = reply(asked(), rcode=rcode)
    forge(made)
    assert QUERY.read(made.to_wire()) is None


def test_a_refusal_need_not_repeat_the_question():
    made = reply(asked(), rcode=dns.rcode.REFUSED)
    made.question.clear()
    found = QUERY.read(made.to_wire())
    assert found is not None
    assert found.rcode() == dns.rcode.REFUSED


def test_of_an_answer_that_was_cut_nothing_counts():
    whole = reply(asked(), "SRV 0 0 993 a.example.org.", flags=dns.flags.TC).to_wire()
    found = QUERY.read(whole[:-5])
    assert found is not None
    assert found.answer == []


@given(st.binary(max_size=200), st.integers(0, 40))
def test_any_bytes_are_an_answer_or_none(junk: bytes, kept: int):
    good = reply(asked(), "SRV 0 0 993 a.example.org.").to_wire()
    for wire in (junk, good[:kept] + junk):
        found = QUERY.read(wire)
        assert found is None or found.id == QUERY.number
