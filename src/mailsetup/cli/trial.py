"""The check inside `setup`: once for each choice, with one more chance for a mistyped password."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mailsetup.account import Address, Credential, Protocol, Secret, Server
from mailsetup.checks.login import MAX_ATTEMPTS
from mailsetup.checks.report import Fault, Report, StepName
from mailsetup.choice import Choice
from mailsetup.cli import flow, steps
from mailsetup.cli.console import Console
from mailsetup.cli.options import Network
from mailsetup.discovery.finding import Candidate, Hint
from mailsetup.errors import CheckFailed, say


@dataclass(slots=True, kw_only=True)
class Trial:
    """The checks of one run: what was checked is not checked again, and refused logins are counted.

    A login that was taken locks no account: whoever goes back and forth is not stopped for it.

    send_check: try sender and recipient. hints: what is known of the provider's logins.
    password: the one that was typed after a refusal of the last check's; None: there was no refusal.
    """

    console: Console
    network: Network
    address: Address
    send_check: bool
    hints: Sequence[Hint]
    password: Secret | None = None
    _refused: Counter[Protocol] = field(default_factory=Counter)
    _done: tuple[object, flow.Checked] | None = None

    def again(self) -> None:
        """Check the same choice once more: the person has seen to something."""
        self._done = None

    def run(self, choice: Choice, accepted: frozenset[str], credential: Credential | None) -> flow.Checked:
        """Check the servers of a choice and show every step.

        Raises Back where the person types no password after a refusal, CheckFailed after too many logins.
        """
        about = (choice, credential)
        if self._done is not None and self._done[0] == about:
            return self._done[1]
        self.password = None
        asks = self.console.interactive and isinstance(credential, Secret)
        self._require_logins_left(choice, credential)
        checking = flow.Checking(
            address=self.address,
            credential=credential,
            can_retype=asks,
            logins=self._left(one.server for one in choice.first),
            wish=choice.retention,
            send_check=self.send_check,
            hints=self.hints,
        )
        checked = flow.check_choice(self.console, self.network, checking, choice, accepted)
        self._take_in(checked)
        if asks and self._may_try_again(checked.reports):
            checked = self._try_again(checked, checking)
        self._done = about, checked
        return checked

    def _take_in(self, checked: flow.Checked) -> None:
        if self.console.interactive:
            # Apart from the question before it.
            self.console.introduce()
        for report in checked.reports:
            self._refused[report.server.protocol] += report.logins_tried - (report.username is not None)
            steps.show_report(self.console, report)

    def _require_logins_left(self, choice: Choice, credential: Credential | None) -> None:
        """Raises CheckFailed where one more check would send more logins than a provider may bear."""
        servers = [one.server for one in choice.first]
        if credential is not None and self._left(servers) < 1:
            raise CheckFailed(
                say("This run has logged in as often as is wise; more attempts could lock the account."),
                say("Nothing was written. Wait some minutes, then run it again with the answers you want."),
            )

    def _left(self, servers: Iterable[Server]) -> int:
        """How many logins may still be sent to each of them."""
        return MAX_ATTEMPTS - max(self._refused[server.protocol] for server in servers)

    def _may_try_again(self, reports: Sequence[Report]) -> bool:
        return any(map(_is_refused, reports)) and self._left(report.server for report in reports) > 0

    def _try_again(self, checked: flow.Checked, checking: flow.Checking) -> flow.Checked:
        """Check the same servers once more."""
        self.console.introduce(
            say("The login was refused; what to do stands above."),
            say("There is one more try. After it, wait: more attempts could lock the account."),
            apart=False,
        )
        checking = replace(checking, logins=self._left(report.server for report in checked.reports))
        candidates = checked.incoming, checked.outgoing
        # What nobody has published the person can say.
        unnamed = any(one.server.username is None for one in candidates)
        if unnamed and self._means_other_name():
            candidates = _named(candidates, self.address.local)
        else:
            candidates = _named(candidates, self.address.ascii)
            self.console.introduce(
                say("Nothing is shown while you type. b alone goes back to the questions, q quits.")
            )
            self.password = self.console.ask_secret(say("Password for {address}", address=self.address))
            checking = replace(checking, credential=self.password)
        targets = [flow.target_of(one, checking.hints) for one in candidates]
        fetching, sending = flow.run_checks(self.console, self.network, checking, targets)
        checked = flow.Checked(incoming=candidates[0], outgoing=candidates[1], reports=(fetching, sending))
        self._take_in(checked)
        return checked

    def _means_other_name(self) -> bool:
        number = self.console.choose(
            say("What shall be tried?"),
            (
                say("Another password: I may have mistyped it."),
                say("The same password with the user name {name}.", name=self.address.local),
            ),
        )
        return number == 1


def _named(candidates: tuple[Candidate, Candidate], username: str) -> tuple[Candidate, Candidate]:
    """The same servers, with this user name where nobody has published one."""
    fetching, sending = (
        one
        if one.server.username is not None
        else replace(one, server=replace(one.server, username=username))
        for one in candidates
    )
    return fetching, sending


def _is_refused(report: Report) -> bool:
    return any(step.name is StepName.LOGIN and step.fault is Fault.LOGIN for step in report.steps)
