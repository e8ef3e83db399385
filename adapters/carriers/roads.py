"""Where parcels are sorted: one center for each province of China, and the great ones that lie between."""

from kit.text import Localized

# Province by its first characters, the city of its sorting center, in both languages.
_HUBS: dict[str, tuple[str, str]] = {
    "北京": ("北京", "Beijing"),
    "天津": ("天津", "Tianjin"),
    "河北": ("石家庄", "Shijiazhuang"),
    "山西": ("太原", "Taiyuan"),
    "内蒙古": ("呼和浩特", "Hohhot"),
    "辽宁": ("沈阳", "Shenyang"),
    "吉林": ("长春", "Changchun"),
    "黑龙江": ("哈尔滨", "Harbin"),
    "上海": ("上海", "Shanghai"),
    "江苏": ("南京", "Nanjing"),
    "浙江": ("杭州", "Hangzhou"),
    "安徽": ("合肥", "Hefei"),
    "福建": ("福州", "Fuzhou"),
    "江西": ("南昌", "Nanchang"),
    "山东": ("济南", "Jinan"),
    "河南": ("郑州", "Zhengzhou"),
    "湖北": ("武汉", "Wuhan"),
    "湖南": ("长沙", "Changsha"),
    "广东": ("广州", "Guangzhou"),
    "广西": ("南宁", "Nanning"),
    "海南": ("海口", "Haikou"),
    "重庆": ("重庆", "Chongqing"),
    "四川": ("成都", "Chengdu"),
    "贵州": ("贵阳", "Guiyang"),
    "云南": ("昆明", "Kunming"),
    "西藏": ("拉萨", "Lhasa"),
    "陕西": ("西安", "Xi’an"),
    "甘肃": ("兰州", "Lanzhou"),
    "青海": ("西宁", "Xining"),
    "宁夏": ("银川", "Yinchuan"),
    "新疆": ("乌鲁木齐", "Urumqi"),
    "香港": ("香港", "Hong Kong"),
    "澳门": ("澳门", "Macao"),
    "台湾": ("台北", "Taipei"),
}
_GREAT = ("河南", "湖北", "浙江", "广东", "陕西")
_ENGLISH = dict(_HUBS.values())


def hub(province: str) -> Localized:
    """The sorting center of a province; of a place abroad, one that is named after it."""
    city = next((hub for start, hub in _HUBS.items() if province.startswith(start)), (province, province))
    return {"zh-CN": f"{city[0]}转运中心", "en": f"{city[1]} sorting center"}


def on_the_way(start: Localized, end: Localized, *, choice: int) -> Localized:
    """A great center between two others, always the same one for the same `choice`."""
    centers = [center for center in map(hub, _GREAT) if center not in (start, end)]
    return centers[choice % len(centers)]


def station(province: str, city: str) -> Localized:
    """Where a city's couriers set out from."""
    place = town(province, city)
    return {"zh-CN": f"{place['zh-CN']}配送站", "en": f"{place['en']} delivery station"}


def town(province: str, city: str) -> Localized:
    """A city as people write it, with its English name where we know one."""
    short = city.removesuffix("市") or city
    return {"zh-CN": city, "en": _ENGLISH.get(short, short)}
