"""The runner, in virtual time: it is told what is enough, and the questions are about nothing at all."""

from dataclasses import dataclass

import anyio
import pytest
from tests.unit.fake_net import NEVER, FakeNet

from mailsetup.account import Protocol
from mailsetup.discovery.finding import Finding, Outcome, Trust
from mailsetup.discovery.question import Reply
from mailsetup.discovery.run import GRACE, LATE, Patience, ask_all
from mailsetup.errors import NetworkFailed, Unsafe, say

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, kw_only=True)
class Answers:
    """A question that is answered after a time, or fails."""

    after: float
    text: str = "?"
    then: tuple["Answers", ...] = ()
    fails: Exception | None = None
    source: str = "fake"
    best: Trust = Trust.VERIFIED
    about: frozenset[Protocol] = frozenset()
    local: bool = False

    async def ask(self, net):
        await anyio.sleep(self.after)
        if self.fails is not None:
            raise self.fails
        return Reply(Finding(source=self.source, question=self.text, outcome=Outcome.FOUND), self.then)


def to_the_end(asked):
    return Patience.TO_THE_END


async def run(*questions: Answers, patience=to_the_end, at_last=(), timeout: float = 10.0, watch=None):
    began = anyio.current_time()
    findings = await ask_all(
        questions, FakeNet(), timeout=timeout, patience=patience, at_last=lambda known: at_last, watch=watch
    )
    return findings, anyio.current_time() - began


def wait_for_good(asked):
    """Good is whatever came from the source "good"."""
    good = any(one.finding.source == "good" for one in asked if one.finding)
    if all(one.finding for one in asked):
        return Patience.NO_MORE if good else Patience.LAST_RESORT
    return Patience.BRIEFLY if good else Patience.TO_THE_END


def outcomes(findings):
    return [finding.outcome for finding in findings]


async def test_all_are_asked_at_once():
    _, seconds = await run(Answers(after=3), Answers(after=2), Answers(after=3))
    assert seconds == pytest.approx(3)


async def test_findings_stand_in_the_order_of_the_questions_whoever_answers_first():
    findings, _ = await run(Answers(after=2, text="slow"), Answers(after=1, text="fast"))
    assert [finding.question for finding in findings] == ["slow", "fast"]


async def test_a_source_that_never_answers_costs_the_deadline_and_no_more():
    findings, seconds = await run(Answers(after=0.1), Answers(after=NEVER), timeout=8)
    assert outcomes(findings) == [Outcome.FOUND, Outcome.CANCELLED]
    assert seconds == pytest.approx(8)


async def test_the_deadline_is_named_where_it_was_the_reason():
    findings, _ = await run(Answers(after=NEVER), timeout=2.5)
    assert findings[0].detail.render() == "No answer within 2.5 seconds."


async def test_what_an_answer_leads_to_is_asked_at_once_and_stands_behind_it():
    leads = Answers(after=1, text="first", then=(Answers(after=1, text="second"),))
    findings, seconds = await run(leads, Answers(after=0, text="third"))
    assert [finding.question for finding in findings] == ["first", "second", "third"]
    assert seconds == pytest.approx(2)


async def test_each_finding_says_when_it_was_asked_and_how_long_it_took():
    leads = Answers(after=1, then=(Answers(after=2),))
    findings, _ = await run(leads)
    assert [finding.started for finding in findings] == pytest.approx([0, 1])
    assert [finding.seconds for finding in findings] == pytest.approx([1, 2])


async def test_when_enough_is_known_everything_open_is_cancelled_at_once():
    findings, seconds = await run(
        Answers(after=1), Answers(after=NEVER), patience=lambda asked: Patience.NO_MORE
    )
    assert outcomes(findings) == [Outcome.FOUND, Outcome.CANCELLED]
    assert seconds == pytest.approx(1)


async def test_followers_of_the_answer_that_was_enough_are_cancelled_too():
    leads = Answers(after=1, then=(Answers(after=NEVER),))
    findings, seconds = await run(leads, patience=lambda asked: Patience.NO_MORE)
    assert outcomes(findings) == [Outcome.FOUND, Outcome.CANCELLED]
    assert seconds == pytest.approx(1)


async def test_slower_sources_have_the_grace_time_after_the_first_good_answer():
    findings, seconds = await run(
        Answers(after=1), Answers(after=1.2), Answers(after=2.4), Answers(after=2.6),
        patience=lambda asked: Patience.BRIEFLY,
    )  # fmt: skip
    assert outcomes(findings) == [Outcome.FOUND] * 3 + [Outcome.CANCELLED]
    assert seconds == pytest.approx(1 + GRACE)


async def test_the_grace_time_never_outlasts_the_deadline():
    _, seconds = await run(
        Answers(after=1), Answers(after=NEVER), patience=lambda asked: Patience.BRIEFLY, timeout=2
    )
    assert seconds == pytest.approx(2)


@pytest.mark.parametrize(
    ("fails", "outcome"),
    [
        (NetworkFailed(say("Gone."), say("Try later.")), Outcome.FAILED),
        (Unsafe(say("Gone."), say("Try later.")), Outcome.REFUSED),
    ],
)
async def test_a_question_that_fails_is_a_finding_and_not_an_end(fails, outcome):
    findings, _ = await run(Answers(after=1, fails=fails), Answers(after=2))
    assert outcomes(findings) == [outcome, Outcome.FOUND]
    assert findings[0].detail.render() == "Gone."


async def test_who_watches_sees_each_finding_when_it_comes_and_the_cancelled_last():
    seen = []
    await run(
        Answers(after=NEVER, text="never"), Answers(after=2, text="slow"), Answers(after=1, text="fast"),
        watch=lambda finding: seen.append(finding.question),
    )  # fmt: skip
    assert seen == ["fast", "slow", "never"]


# The last resorts


async def test_the_last_resorts_are_asked_when_all_else_has_brought_nothing():
    findings, seconds = await run(
        Answers(after=1, text="first"), patience=wait_for_good, at_last=[Answers(after=1, text="last")]
    )
    assert [finding.question for finding in findings] == ["first", "last"]
    assert seconds == pytest.approx(2)


async def test_the_last_resorts_are_asked_when_it_is_late_and_nothing_good_is_there():
    findings, seconds = await run(
        Answers(after=4), patience=wait_for_good, at_last=[Answers(after=0.5, source="good")]
    )
    assert [finding.started for finding in findings] == pytest.approx([0, LATE])
    assert seconds == pytest.approx(4)


async def test_where_something_good_is_there_the_last_resorts_are_never_asked():
    findings, seconds = await run(
        Answers(after=2, source="good"),
        Answers(after=NEVER),
        patience=wait_for_good,
        at_last=[Answers(after=0)],
    )
    assert outcomes(findings) == [Outcome.FOUND, Outcome.CANCELLED]
    assert seconds == pytest.approx(2 + GRACE)


async def test_the_last_resorts_are_asked_once():
    findings, _ = await run(
        Answers(after=1), patience=wait_for_good, at_last=[Answers(after=1), Answers(after=2)]
    )
    assert len(findings) == 3


async def test_the_last_resorts_are_told_what_was_found_until_then():
    told = []
    await ask_all(
        [Answers(after=1, text="first"), Answers(after=2, text="second")],
        FakeNet(),
        timeout=10,
        patience=wait_for_good,
        at_last=lambda known: told.extend(finding.question for finding in known) or (),
    )
    assert told == ["first", "second"]


async def test_without_any_question_the_last_resorts_are_asked_at_once():
    findings, seconds = await run(patience=wait_for_good, at_last=[Answers(after=1)])
    assert outcomes(findings) == [Outcome.FOUND]
    assert seconds == pytest.approx(1)


async def test_without_any_question_and_last_resort_it_ends_at_once():
    _, seconds = await run(patience=wait_for_good)
    assert seconds == 0
