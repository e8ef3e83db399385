"""Where places lie: provinces and larger cities of China on the map, how far apart two are, and who serves whom.

Positions are those of the seats of government, to a hundredth of a degree: near enough to compare warehouses.
"""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

from models.inventory import TariffZone, Warehouse

EARTH_KM: Final = 6371.0
REGIONAL_KM: Final = 800  # up to here a parcel into another province counts as regional
REMOTE: Final = frozenset({"新疆", "西藏", "青海", "内蒙古", "香港", "澳门", "台湾"})  # carriers charge these apart
DEGREE: Final = 1_000_000  # positions are whole millionths of a degree

Point = tuple[float, float]  # latitude, longitude, degrees


@dataclass(frozen=True, slots=True)
class Region:
    """Where an order goes, as far as a warehouse needs to know. `province` by its full Chinese name."""

    province: str
    city: str = ""


# City | province | latitude | longitude; the first city of a province stands for the whole of it.
_CITIES: Final = """
北京 北京 39.90 116.41
天津 天津 39.08 117.20
石家庄 河北 38.04 114.51
唐山 河北 39.63 118.18
保定 河北 38.87 115.46
太原 山西 37.87 112.55
大同 山西 40.08 113.30
呼和浩特 内蒙古 40.84 111.75
包头 内蒙古 40.66 109.84
沈阳 辽宁 41.80 123.43
大连 辽宁 38.91 121.61
长春 吉林 43.82 125.32
吉林 吉林 43.84 126.55
哈尔滨 黑龙江 45.80 126.53
大庆 黑龙江 46.59 125.10
上海 上海 31.23 121.47
南京 江苏 32.06 118.80
苏州 江苏 31.30 120.59
无锡 江苏 31.49 120.31
徐州 江苏 34.21 117.28
杭州 浙江 30.27 120.16
宁波 浙江 29.87 121.54
温州 浙江 27.99 120.70
合肥 安徽 31.82 117.23
芜湖 安徽 31.35 118.43
福州 福建 26.07 119.30
厦门 福建 24.48 118.09
泉州 福建 24.87 118.68
南昌 江西 28.68 115.86
赣州 江西 25.83 114.93
济南 山东 36.65 117.12
青岛 山东 36.07 120.38
烟台 山东 37.46 121.45
郑州 河南 34.75 113.63
洛阳 河南 34.62 112.45
武汉 湖北 30.59 114.31
宜昌 湖北 30.69 111.29
长沙 湖南 28.23 112.94
株洲 湖南 27.83 113.13
广州 广东 23.13 113.26
深圳 广东 22.54 114.06
东莞 广东 23.02 113.75
佛山 广东 23.02 113.12
珠海 广东 22.27 113.58
南宁 广西 22.82 108.37
桂林 广西 25.27 110.29
海口 海南 20.04 110.20
三亚 海南 18.25 109.51
重庆 重庆 29.56 106.55
成都 四川 30.57 104.07
绵阳 四川 31.47 104.68
贵阳 贵州 26.65 106.63
遵义 贵州 27.73 106.93
昆明 云南 25.04 102.71
大理 云南 25.61 100.27
拉萨 西藏 29.65 91.17
西安 陕西 34.34 108.94
咸阳 陕西 34.33 108.71
兰州 甘肃 36.06 103.83
天水 甘肃 34.58 105.72
西宁 青海 36.62 101.78
银川 宁夏 38.49 106.23
乌鲁木齐 新疆 43.83 87.62
喀什 新疆 39.47 75.99
香港 香港 22.32 114.17
澳门 澳门 22.20 113.55
台北 台湾 25.03 121.57
高雄 台湾 22.63 120.30
"""


def _read() -> tuple[dict[tuple[str, str], Point], dict[str, Point]]:
    cities: dict[tuple[str, str], Point] = {}
    provinces: dict[str, Point] = {}
    for row in _CITIES.split("\n"):
        if row:
            city, province, latitude, longitude = row.split()
            point = float(latitude), float(longitude)
            cities[province, city] = point
            provinces.setdefault(province, point)
    return cities, provinces


_POINTS, _SEATS = _read()


def position(province: str, city: str = "") -> Point | None:
    """Of the city if it is known, else of its province's seat of government; None for a province that is none."""
    province = _short(province)
    return _POINTS.get((province, city.strip().removesuffix("市"))) or _SEATS.get(province)


def position_of(warehouse: Warehouse) -> Point | None:
    """Where a warehouse stands: its own position, else that of its city."""
    if warehouse.latitude is not None and warehouse.longitude is not None:
        return warehouse.latitude / DEGREE, warehouse.longitude / DEGREE
    return position(warehouse.province, warehouse.city)


def kilometers(one: Point, other: Point) -> int:
    """As the crow flies, on a round earth."""
    (lat1, lon1), (lat2, lon2) = (map(radians, point) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_KM * asin(min(1.0, sqrt(half))))


def distance(warehouse: Warehouse, to: Region) -> int | None:
    """Kilometers from a warehouse to a destination; None where one of them is not on the map."""
    start, end = position_of(warehouse), position(to.province, to.city)
    return None if start is None or end is None else kilometers(start, end)


def serves(warehouse: Warehouse, to: Region) -> bool:
    """Whether a warehouse delivers there: it names the province or the city, or no place at all."""
    if not warehouse.regions:
        return True
    city = to.city.strip().removesuffix("市")
    return any(region == to.province or (city and region.removesuffix("市") == city) for region in warehouse.regions)


def zone(warehouse: Warehouse, to: Region, *, km: int | None) -> TariffZone:
    """How a carrier counts the way."""
    if _short(warehouse.province) == _short(to.province):
        return TariffZone.LOCAL
    if _short(to.province) in REMOTE:
        return TariffZone.REMOTE
    return TariffZone.REGIONAL if km is not None and km <= REGIONAL_KM else TariffZone.NATIONAL


def _short(province: str) -> str:
    """`广西壮族自治区` → `广西`."""
    return next((short for short in _SEATS if province.startswith(short)), province)
