"""Which texts a line of a .prf file can carry.

Nothing that Microsoft published says how Outlook reads a value, and the format has no way to quote one. So
every reading that is known of such files must give the text back unchanged, or it is refused:

- Windows' own reader drops spaces around a value, and quotation marks (GetPrivateProfileString,
  https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getprivateprofilestring);
- `;` begins a comment in every published .prf file, if only at the start of a line;
- `%NAME%` stands for an environment variable, as in the published `PathToPersonalFolders=%USERPROFILE%\\...`.

The files are text in Windows' Western alphabet at most: those seen to work are ASCII without a byte order
mark, which would spoil the first line.
"""

from mailsetup.account import is_clean
from mailsetup.errors import Message, ProfileRefused, say

ENCODING = "cp1252"


def carry(value: str, what: Message, fix: Message) -> str:
    """The value itself, if Outlook will read it as it is.

    what: a noun for the value ("the name"). fix: what to do about it. Raises ProfileRefused.
    """
    fault = _fault(value)
    if fault is None:
        return value
    raise ProfileRefused(
        say("A file for Outlook cannot hold {what} “{value}”: {fault}", what=what, value=value, fault=fault),
        fix,
    )


def _fault(value: str) -> Message | None:
    foreign = next((letter for letter in value if not _in_alphabet(letter)), None)
    if foreign is not None:
        return say(
            "“{letter}” is not in its alphabet, the Western one of Windows (code page 1252).", letter=foreign
        )
    if not is_clean(value):
        return say("a line break or another control character would end its line.")
    if value != value.strip():
        return say("Outlook would lose the space at its beginning or end.")
    if value[:1] in ('"', "'"):
        return say("Outlook may drop the quotation mark it begins with.")
    if ";" in value:
        return say("Outlook may take what stands behind the semicolon for a remark.")
    if value.count("%") > 1:
        return say("Outlook may take what stands between two percent signs for the name of a variable.")
    return None


def _in_alphabet(letter: str) -> bool:
    try:
        letter.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True
