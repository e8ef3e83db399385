"""Code 128 after ISO/IEC 15417: text as the widths of bars and spaces, with digits in pairs where that is shorter."""

import re

# Widths of bar, space, bar, space … of the symbols 0 to 105; each is eleven modules wide.
_SYMBOLS = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
]
_STOP = "2331112"
_TO_C, _TO_B, _START_B, _START_C = 99, 100, 104, 105
_PRIME = 103
QUIET = 10  # modules that stay white on either side
_PAIRS = re.compile(r"(?:\d\d){2,}")  # fewer digits are not worth the change of set


def widths(text: str) -> list[int]:
    """Modules of each bar and space in turn, the first and the last a bar. ValueError for what set B does not hold."""
    if not text or any(not " " <= character <= "~" for character in text):
        raise ValueError("Code 128 B holds the printable characters of ASCII")
    values = _values(text)
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], start=1))) % _PRIME
    return [int(width) for value in (*values, check) for width in _SYMBOLS[value]] + [int(width) for width in _STOP]


def _values(text: str) -> list[int]:
    """The symbols of a text, the start symbol first: set C for runs of digits, set B for the rest."""
    values: list[int] = []
    is_c = False
    place = 0
    while place < len(text):
        run = _PAIRS.match(text, place)
        if run:
            if not is_c:
                values.append(_TO_C if values else _START_C)
            values += [int(run[0][at : at + 2]) for at in range(0, len(run[0]), 2)]
            place, is_c = run.end(), True
        else:
            if is_c or not values:
                values.append(_TO_B if values else _START_B)
            values.append(ord(text[place]) - 32)
            place, is_c = place + 1, False
    return values
