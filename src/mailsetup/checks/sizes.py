"""Sizes as people read them."""

from mailsetup.errors import Message, say

_UNITS = (say("KB"), say("MB"), say("GB"), say("TB"))


def size(octets: int) -> Message:
    """A number of bytes in units of a thousand each: "1 byte", "3.1 KB", "36 MB"."""
    if octets < 1000:
        return say("1 byte") if octets == 1 else say("{count} bytes", count=octets)
    value = float(octets)
    for unit in _UNITS:
        value /= 1000
        if value < 9.95:
            whole, tenth = divmod(round(value * 10), 10)
            return _sized(say("{whole}.{tenth}", whole=whole, tenth=tenth) if tenth else whole, unit)
        if value < 999.5:
            break
    return _sized(f"{value:.0f}", unit)


def _sized(number: object, unit: Message) -> Message:
    return say("{number} {unit}", number=number, unit=unit)
