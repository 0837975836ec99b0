"""Sizes as people read them."""


def size(octets: int) -> str:
    """A number of bytes in units of a thousand each: "1 byte", "3.1 KB", "36 MB"."""
    if octets < 1000:
        return "1 byte" if octets == 1 else f"{octets} bytes"
    value = float(octets)
    for unit in ("KB", "MB", "GB", "TB"):
        value /= 1000
        if value < 9.95:
            return f"{value:.1f}".removesuffix(".0") + f" {unit}"
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.0f} {unit}"
