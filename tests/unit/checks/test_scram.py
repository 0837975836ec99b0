"""SCRAM in all three protocols: the server must prove itself, and PLAIN is no silent way out."""

import base64
import hashlib
import re

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.unit.checks.scram_server import NO, ScramServer, offering
from tests.unit.checks.scripted import PASSWORD, check_one

from mailsetup.account import Protocol
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio
LOGIN = StepName.LOGIN
EVERY = pytest.mark.parametrize("protocol", list(Protocol), ids=lambda protocol: protocol.value)


@pytest.fixture
def anyio_backend():
    # The rounds are done in a thread, which virtual time does not wait for.
    return "asyncio"


def serving(protocol, mechanism="SCRAM-SHA-256", *also, **how):
    server = ScramServer(protocol, mechanism, **how)
    return server, offering(protocol, mechanism, *also, **server.answers())


def plain_sent(scripted):
    return [line for line in scripted.sent if "PLAIN" in line]


@EVERY
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1"])
async def test_a_login_by_scram_passes_and_says_so(protocol, mechanism):
    _, scripted = serving(protocol, mechanism, "PLAIN", "LOGIN")
    checked = await check_one(scripted)
    assert (checked[LOGIN].verdict, checked[LOGIN].facts["method"]) == (Verdict.PASS, mechanism)
    assert checked.report.logins_tried == 1


@EVERY
async def test_the_stronger_of_two_is_used(protocol):
    _, scripted = serving(protocol, "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN")
    assert (await check_one(scripted))[LOGIN].facts["method"] == "SCRAM-SHA-256"


async def test_imap_without_sasl_ir_sends_the_first_message_when_it_is_asked():
    server = ScramServer(Protocol.IMAP, "SCRAM-SHA-256")
    scripted = offering(Protocol.IMAP, "SCRAM-SHA-256", **server.answers())
    scripted.greeting = scripted.greeting.replace(" SASL-IR", "")
    assert (await check_one(scripted))[LOGIN].verdict is Verdict.PASS
    assert "a1 AUTHENTICATE SCRAM-SHA-256" in scripted.sent


@EVERY
async def test_the_password_is_in_nothing_that_is_sent(protocol):
    _, scripted = serving(protocol)
    await check_one(scripted)
    said = "\n".join(scripted.sent)
    assert PASSWORD not in said
    assert base64.b64encode(PASSWORD.encode()).decode()[:8] not in said


@EVERY
async def test_a_password_with_other_letters_works_in_the_form_that_saslprep_gives_it(protocol):
    server, scripted = serving(protocol, password="Pässwörd Ⅸ".replace("Ⅸ", "IX"))
    assert (await check_one(scripted, password="Pässwörd Ⅸ"))[LOGIN].verdict is Verdict.PASS
    assert server.users == ["ada@example.org"]


@EVERY
async def test_a_password_that_saslprep_refuses_goes_by_plain(protocol):
    _, scripted = serving(protocol, "SCRAM-SHA-256", "PLAIN")
    checked = await check_one(scripted, password="correct 🐴")
    assert (checked[LOGIN].verdict, checked[LOGIN].facts["method"]) == (Verdict.PASS, "PLAIN")


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.SMTP])
async def test_a_password_that_saslprep_refuses_is_not_sent_where_there_is_only_scram(protocol):
    _, scripted = serving(protocol)
    checked = await check_one(scripted, password="correct 🐴")
    assert (checked[LOGIN].fault, checked.report.logins_tried) == (Fault.LOGIN, 0)


@EVERY
async def test_a_wrong_password_is_refused_and_not_sent_again_by_plain(protocol):
    _, scripted = serving(protocol, "SCRAM-SHA-256", "PLAIN", password="another")
    checked = await check_one(scripted)
    assert (checked[LOGIN].fault, checked.report.logins_tried) == (Fault.LOGIN, 1)
    assert plain_sent(scripted) == []


def wrong_signature(text):
    return "v=" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@EVERY
@pytest.mark.parametrize("final", [wrong_signature, lambda _: "v=!", lambda _: "hello", lambda _: "v="])
async def test_a_server_with_a_wrong_signature_is_unsafe(protocol, final):
    _, scripted = serving(protocol, final=final)
    checked = await check_one(scripted)
    assert (checked[LOGIN].fault, checked.report.username) == (Fault.UNSAFE, None)
    assert "did not prove" in checked[LOGIN].text.render()


@EVERY
async def test_nothing_is_sent_to_a_server_after_its_wrong_signature(protocol):
    _, scripted = serving(protocol, "SCRAM-SHA-256", "PLAIN", final=wrong_signature)
    await check_one(scripted, username=None)
    assert scripted.sent[-1].startswith("Yz1")


@EVERY
async def test_a_success_without_a_signature_is_no_login(protocol):
    server, scripted = serving(protocol, "SCRAM-SHA-256", "PLAIN")
    scripted.answers["Yz1"] = [server.end]
    checked = await check_one(scripted)
    assert (checked[LOGIN].fault, checked.report.username) == (Fault.UNSAFE, None)
    assert plain_sent(scripted) == []


@EVERY
async def test_a_success_right_after_the_first_message_is_no_login(protocol):
    server, scripted = serving(protocol)

    def at_once(line):
        server.begin(line)
        return server.end(line)

    word = next(word for word in scripted.answers if word.endswith("SCRAM-SHA-256"))
    scripted.answers[word] = [at_once]
    assert (await check_one(scripted))[LOGIN].fault is Fault.UNSAFE


@EVERY
@pytest.mark.parametrize("rounds", ["1", "4095", "1000001", "2147483648", "99999999999999999999"])
async def test_too_few_or_too_many_rounds_are_not_done(protocol, rounds):
    server, scripted = serving(protocol, "SCRAM-SHA-256", "PLAIN", first=lambda t: t.replace("4096", rounds))
    checked = await check_one(scripted)
    assert (checked[LOGIN].fault, server.proofs) == (Fault.OTHER, 0)
    assert scripted.sent[-1] == "*"
    assert plain_sent(scripted) == []


@EVERY
@pytest.mark.parametrize(
    "first",
    [
        pytest.param(lambda text: "r=foreign" + text[2:], id="a foreign nonce"),
        pytest.param(lambda text: re.sub(r"r=(.{64})[^,]*", r"r=\1", text), id="no nonce of its own"),
        pytest.param(lambda text: "m=x," + text, id="an extension it must have"),
        pytest.param(lambda text: re.sub(r"s=[^,]*", "s=!", text), id="a salt that is no base64"),
        pytest.param(lambda text: "r=1", id="nothing else"),
        pytest.param(lambda text: "", id="nothing"),
    ],
)
async def test_a_first_message_that_makes_no_sense_ends_the_login_without_a_proof(protocol, first):
    server, scripted = serving(protocol, first=first)
    checked = await check_one(scripted)
    assert (checked[LOGIN].fault, server.proofs, scripted.sent[-1]) == (Fault.OTHER, 0, "*")


@EVERY
async def test_a_scram_that_is_refused_unjudged_leaves_the_one_attempt_to_plain_and_warns(protocol):
    _, scripted = serving(protocol, "SCRAM-SHA-256", "PLAIN")
    word = next(word for word in scripted.answers if word.endswith("SCRAM-SHA-256"))
    scripted.answers[word] = [lambda line: NO[protocol].format(line.split(" ")[0])]
    checked = await check_one(scripted)
    assert (checked[LOGIN].verdict, checked[LOGIN].facts["method"]) == (Verdict.WARN, "PLAIN")
    assert (checked.report.username, checked.report.logins_tried) == ("ada@example.org", 2)
    assert "SCRAM-SHA-256" in checked[LOGIN].text.render()
    assert checked.report.steps[6].verdict is not Verdict.SKIP


@EVERY
async def test_where_no_name_is_published_the_other_name_comes_before_another_mechanism(protocol):
    _, scripted = serving(protocol, "SCRAM-SHA-256", "PLAIN")
    word = next(word for word in scripted.answers if word.endswith("SCRAM-SHA-256"))
    scripted.answers[word] = [lambda line: NO[protocol].format(line.split(" ")[0])]
    checked = await check_one(scripted, username=None)
    assert (checked[LOGIN].fault, checked[LOGIN].facts["tried"]) == (Fault.LOGIN, ["ada@example.org", "ada"])
    assert plain_sent(scripted) == []


@EVERY
async def test_a_refusal_that_says_nothing_of_the_password_leads_to_the_other_name_at_once(protocol):
    _, scripted = serving(protocol, "SCRAM-SHA-256", "PLAIN")
    word = next(word for word in scripted.answers if word.endswith("SCRAM-SHA-256"))
    scripted.answers[word] = [lambda line: NO[protocol].format(line.split(" ")[0])]
    checked = await check_one(scripted, username=None, can_retype=True)
    assert checked[LOGIN].facts["tried"] == ["ada@example.org", "ada"]


@EVERY
@pytest.mark.parametrize("error", ["channel-bindings-dont-match", "server-does-support-channel-binding"])
async def test_a_server_that_sees_another_tls_session_is_unsafe(protocol, error):
    _, scripted = serving(protocol, final=lambda _: f"e={error}")
    checked = await check_one(scripted)
    assert (checked[LOGIN].fault, checked.report.logins_tried) == (Fault.UNSAFE, 1)
    assert "between" in checked[LOGIN].text.render()


@EVERY
async def test_an_error_inside_the_exchange_is_a_refusal_and_its_name_a_fact(protocol):
    server, scripted = serving(protocol, final=lambda _: "e=invalid-proof")
    scripted.answers[""] = [lambda line: NO[protocol].format(server.tag)]
    checked = await check_one(scripted)
    assert (checked[LOGIN].fault, checked[LOGIN].facts["scram_error"]) == (Fault.LOGIN, "invalid-proof")


# Channel binding.


@pytest.fixture(scope="module")
def certificate():
    issued = trustme.CA().issue_cert("imap.example.org")
    read = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes())
    return read.public_bytes(Encoding.DER)


def presenting(certificate, protocol, *offered, **how):
    server, scripted = serving(protocol, *offered, **how)
    scripted.presents = certificate
    return server, scripted


@EVERY
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"])
async def test_the_login_is_bound_to_the_certificate_where_that_is_offered(protocol, mechanism, certificate):
    binding = hashlib.sha256(certificate).digest()
    _, scripted = presenting(
        certificate, protocol, mechanism, mechanism.removesuffix("-PLUS"), binding=binding
    )
    checked = await check_one(scripted)
    assert (checked[LOGIN].verdict, checked[LOGIN].facts["method"]) == (Verdict.PASS, mechanism)


@EVERY
async def test_a_login_that_is_bound_to_another_certificate_is_refused_and_not_tried_unbound(
    protocol, certificate
):
    binding = hashlib.sha256(b"somebody in between").digest()
    _, scripted = presenting(
        certificate, protocol, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", binding=binding
    )
    checked = await check_one(scripted)
    assert (checked[LOGIN].fault, checked.report.logins_tried) == (Fault.LOGIN, 1)


async def test_a_certificate_without_a_binding_leaves_scram_without_it():
    _, scripted = serving(Protocol.IMAP, "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS")
    scripted.presents = b"no certificate"
    assert (await check_one(scripted))[LOGIN].facts["method"] == "SCRAM-SHA-256"
    assert base64.b64decode(scripted.sent[0].split(" ")[-1]).startswith(b"n,,")


async def test_a_server_without_plus_is_told_that_it_would_have_been_used():
    _, scripted = serving(Protocol.IMAP, "SCRAM-SHA-256")
    await check_one(scripted)
    assert base64.b64decode(scripted.sent[0].split(" ")[-1]).startswith(b"y,,")


async def test_plus_that_is_refused_unjudged_leaves_the_one_attempt_to_scram_and_never_to_plain(certificate):
    _, scripted = presenting(certificate, Protocol.IMAP, "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "PLAIN")
    scripted.answers["AUTHENTICATE SCRAM-SHA-256-PLUS"] = ["{tag} NO [AUTHENTICATIONFAILED] no\r\n"]
    checked = await check_one(scripted)
    assert (checked[LOGIN].verdict, checked[LOGIN].facts["method"]) == (Verdict.WARN, "SCRAM-SHA-256")
    assert plain_sent(scripted) == []


# What is seen of it.


@EVERY
@pytest.mark.parametrize("final", [str, wrong_signature])
async def test_no_message_of_scram_is_in_the_conversation(protocol, final):
    _, scripted = serving(protocol, final=final)
    checked = await check_one(scripted)
    sent = [line.split(" ")[-1] for line in scripted.sent if re.search(r"\b(eSws|Yz1)", line)]
    assert len(sent) == 2
    assert [line for line in sent if line[:30] in checked.everything] == []
    assert not re.search(r"\b(cj0|cj1|dj0|dj1)[A-Za-z0-9+/]{20}", checked.everything)


async def test_a_name_with_commas_and_signs_reaches_the_server_whole():
    server, scripted = serving(Protocol.IMAP)
    assert (await check_one(scripted, username="a=d,a"))[LOGIN].verdict is Verdict.PASS
    assert server.users == ["a=d,a"]
