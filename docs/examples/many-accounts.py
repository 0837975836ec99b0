#!/usr/bin/env python3
"""Makes a Thunderbird profile for every account of a CSV file, and reports what failed:

    many-accounts.py accounts.csv [OPTION...]

The first line names the columns: address, name, protocol, and days (how long POP3 leaves mail on the server;
it may be empty). The options are given to every account. The profiles come to profiles/, what was found and
done to reports/, and the accounts that failed, or were not reached, to failed.csv, which can be given to this
script again; those whose login was refused to refused.csv, because more attempts could lock them.

Passwords come from a program that is given the address: SHOW_PASSWORD, or else `pass show`.
"""

import csv
import os
import shlex
import subprocess
import sys
from pathlib import Path

COLUMNS = ("address", "name", "protocol", "days")
LOGIN_REFUSED, INTERRUPTED = 5, 130


def read(path):
    """The accounts of a list, as spreadsheets write it: with commas or semicolons, with a BOM or without."""
    text = path.read_text(encoding="utf-8-sig")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.DictReader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    missing = set(COLUMNS) - set(rows.fieldnames or ())
    if missing:
        sys.exit(f"{path}: the first line names no column {', '.join(sorted(missing))}.")
    accounts = [{column: (row[column] or "").strip() for column in COLUMNS} for row in rows]
    accounts = [account for account in accounts if any(account.values())]
    addresses = [account["address"] for account in accounts]
    if twice := sorted({address for address in addresses if addresses.count(address) > 1}):
        sys.exit(f"{path}: there more than once: {', '.join(twice)}.")
    return accounts


def set_up(account, options):
    """Set up one account; the exit code of mailsetup."""
    address = account["address"]
    if "/" in address:
        print(f"{address}: no folder can have that name")
        return 2
    profile = Path("profiles", address)
    # Beside other profiles of Thunderbird a folder that is not there would count as mistyped.
    profile.mkdir(parents=True, exist_ok=True)
    show_password = shlex.split(os.environ.get("SHOW_PASSWORD", "pass show"))
    command = [
        "mailsetup",
        "setup",
        "--client",
        "thunderbird",
        "--profile",
        profile,
        "--name",
        account["name"],
    ]
    command += ["--password-command", shlex.join([*show_password, address]), "--client-password"]
    command += ["--protocol", account["protocol"]] if account["protocol"] else []
    command += ["--leave-days", account["days"]] if account["days"] else []
    command += ["--no-input", "--yes", "--json", *options, "--", address]
    report = Path("reports", f"{address}.json")
    with report.open("w") as document, report.with_suffix(".txt").open("w") as told:
        code = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=document, stderr=told)
    if code not in (0, INTERRUPTED):
        print(f"{address}: exit code {code}; see {report.with_suffix('.txt')}")
    return code


def write(path, accounts):
    """A list as `read` takes it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        rows.writeheader()
        rows.writerows(accounts)


def main():
    """All of the list."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_file():
        sys.exit("Give a list of accounts that is there: many-accounts.py accounts.csv")
    accounts = read(Path(sys.argv[1]))
    Path("reports").mkdir(exist_ok=True)
    done, failed, refused = [], [], []
    code = 0
    for number, account in enumerate(accounts):
        try:
            code = set_up(account, sys.argv[2:])
        except KeyboardInterrupt:
            code = INTERRUPTED
        if code == INTERRUPTED:
            # Ctrl-C is meant for the whole.
            failed += accounts[number:]
            break
        {0: done, LOGIN_REFUSED: refused}.get(code, failed).append(account)
    # Only now: the list may be the failed.csv of the last time.
    write(Path("failed.csv"), failed)
    write(Path("refused.csv"), refused)
    print(f"Done: {len(done)}. Failed, or not reached: {len(failed)}. Login refused: {len(refused)}.")
    sys.exit(code if code == INTERRUPTED else bool(failed or refused))


if __name__ == "__main__":
    main()
