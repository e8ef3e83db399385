"""The 34 province-level divisions of China, by Chinese and English name."""

from collections.abc import Sequence
from typing import Final

from kit.errors import Refused

# Short Chinese name, what the full name adds, English name.
_DIVISIONS: Final = (
    ("北京", "市", "Beijing"),
    ("天津", "市", "Tianjin"),
    ("河北", "省", "Hebei"),
    ("山西", "省", "Shanxi"),
    ("内蒙古", "自治区", "Inner Mongolia"),
    ("辽宁", "省", "Liaoning"),
    ("吉林", "省", "Jilin"),
    ("黑龙江", "省", "Heilongjiang"),
    ("上海", "市", "Shanghai"),
    ("江苏", "省", "Jiangsu"),
    ("浙江", "省", "Zhejiang"),
    ("安徽", "省", "Anhui"),
    ("福建", "省", "Fujian"),
    ("江西", "省", "Jiangxi"),
    ("山东", "省", "Shandong"),
    ("河南", "省", "Henan"),
    ("湖北", "省", "Hubei"),
    ("湖南", "省", "Hunan"),
    ("广东", "省", "Guangdong"),
    ("广西", "壮族自治区", "Guangxi"),
    ("海南", "省", "Hainan"),
    ("重庆", "市", "Chongqing"),
    ("四川", "省", "Sichuan"),
    ("贵州", "省", "Guizhou"),
    ("云南", "省", "Yunnan"),
    ("西藏", "自治区", "Tibet"),
    ("陕西", "省", "Shaanxi"),
    ("甘肃", "省", "Gansu"),
    ("青海", "省", "Qinghai"),
    ("宁夏", "回族自治区", "Ningxia"),
    ("新疆", "维吾尔自治区", "Xinjiang"),
    ("香港", "特别行政区", "Hong Kong"),
    ("澳门", "特别行政区", "Macao"),
    ("台湾", "省", "Taiwan"),
)
_OTHER_SPELLINGS: Final = {"macau": "澳门", "xizang": "西藏", "nei mongol": "内蒙古"}

PROVINCES: Final = tuple(short + rest for short, rest, _ in _DIVISIONS)
ENGLISH: Final = {short + rest: english for short, rest, english in _DIVISIONS}


def _key(name: str) -> str:
    return "".join(name.lower().split())


_BY_NAME: Final = {
    _key(name): short + rest for short, rest, english in _DIVISIONS for name in (short, short + rest, english)
} | {
    _key(other): short + rest
    for other, known in _OTHER_SPELLINGS.items()
    for short, rest, _ in _DIVISIONS
    if short == known
}


def clean_province(value: str, *, path: Sequence[str] = ()) -> str:
    """The full Chinese name for a Chinese (long or short) or English one; refuses others as PROVINCE_UNKNOWN."""
    found = _BY_NAME.get(_key(value[:60]))
    if found is None:
        raise Refused("PROVINCE_UNKNOWN", path=path)
    return found
