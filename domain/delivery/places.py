"""Cities as they are compared, and the shop's day: China keeps one time."""

import unicodedata
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from typing import Final

from domain.customers.regions import ENGLISH, clean_province
from kit.errors import Refused
from kit.validate import clean_text

LOCAL: Final = timezone(timedelta(hours=8), "China")
EVERYWHERE: Final = "*"  # the province or city of a row that serves those without one of their own
LONGEST_CITY = 40
LAST_MINUTE = 23 * 60  # nothing is promised for the last hour of a day
ENDINGS = ("自治州", "地区", "市", "盟", "县", "city")

clean_city = partial(clean_text, minimum=1, maximum=LONGEST_CITY)


def city_key(province: str, city: str) -> str:
    """How a city is compared: 上海市, 上海 and Shanghai are one."""
    text = "".join(unicodedata.normalize("NFKC", city).lower().split())
    if text == ENGLISH.get(province, "").lower().replace(" ", "") and province.endswith("市"):
        text = province
    for ending in ENDINGS:
        if text.endswith(ending) and len(text) > len(ending) + 1:
            text = text.removesuffix(ending)
            break
    return text[:LONGEST_CITY]


def clean_region(province: str, city: str) -> tuple[str, str, str]:
    """Province, city and the key of the city as they are stored; `*` for either stands for all others."""
    whole_country = province.strip() == EVERYWHERE
    if whole_country and city.strip() != EVERYWHERE:
        raise Refused("INVALID_INPUT", path=("city",), why="a city needs its province")
    known = EVERYWHERE if whole_country else clean_province(province, path=("province",))
    named = clean_city(city, path=("city",))
    return known, named, city_key(known, named)


def local_date(moment: datetime) -> date:
    """The day that it is in China."""
    return moment.astimezone(LOCAL).date()


def local_moment(day: date, minute: int) -> datetime:
    """So many minutes after midnight of a day in China."""
    return datetime.combine(day, time(), LOCAL) + timedelta(minutes=minute)
