"""What the demo market stands on before anybody comes: two warehouses, what shipping costs, and the coupons."""

from datetime import datetime, timedelta

from demo.stockroom import carrier_tariffs
from domain.delivery.places import EVERYWHERE, city_key
from models.delivery import DeliveryMode, DeliveryRegion, PickupPoint, SlotTemplate
from models.inventory import CarrierTariff, Warehouse
from models.pricing import ShippingRate
from models.promotions import Coupon
from models.reviews import RiskPolicy, RiskRule, RiskRuleKind

WAREHOUSES = (
    ("SH", {"zh-CN": "上海仓", "en": "Shanghai warehouse"}, "上海市", "上海市", (31_156_000, 121_332_000)),
    ("CD", {"zh-CN": "成都仓", "en": "Chengdu warehouse"}, "四川省", "成都市", (30_701_000, 103_981_000)),
)

# Provinces | grams, fee of the first step | grams, fee of each further step | free from. Amounts are fen.
TARIFFS = (
    ("上海市 江苏省 浙江省 安徽省 四川省 重庆市", 3000, 600, 1000, 100, 5900),
    ("广东省 福建省 江西省 湖北省 湖南省 河南省 山东省 贵州省 陕西省", 2000, 800, 1000, 200, 8900),
    ("海南省 内蒙古自治区 甘肃省 青海省 宁夏回族自治区", 1000, 1500, 1000, 600, 19900),
    ("*", 1000, 1000, 1000, 300, 12900),
)
NOT_SERVED = ("新疆维吾尔自治区", "西藏自治区", "香港特别行政区", "澳门特别行政区", "台湾省")

WELCOME, FEAST, SPRING, EARLY_BIRD = "WELCOME10", "FEAST30", "SPRING15", "EARLYBIRD"
EARLY_BIRDS = 5  # all of them come in the story, so that the coupon is used up when an explorer tries it


REVIEW_FROM, REJECT_FROM = 50, 150
RESALE_NOTE = "帮忙代购，麻烦开箱验货。"  # enough by itself to have somebody look

# What staff call it | what it looks at | points | parameters. No everyday order comes to the threshold.
RISK_RULES: tuple[tuple[str, RiskRuleKind, int, dict[str, object]], ...] = (
    ("大额订单 Large order", RiskRuleKind.ORDER_AMOUNT, 60, {"from_minor_units": 150_000}),
    ("代购与套现 Resale and cash-out", RiskRuleKind.NOTE_KEYWORDS, 50, {"words": ["代购", "套现", "cash out"]}),
    ("数量异常 Unusual quantity", RiskRuleKind.MANY_UNITS, 50, {"units": 80}),
    ("他人代付 Somebody else pays", RiskRuleKind.PAYER_MISMATCH, 50, {"account_too": False}),
    ("同号频繁下单 Many orders of one phone", RiskRuleKind.VELOCITY, 25, {"by": "PHONE", "orders": 8, "hours": 1}),
    ("新账号 New account", RiskRuleKind.NEW_ACCOUNT, 10, {"hours": 24, "guests": False}),
    ("边远地区 Remote region", RiskRuleKind.REGION, 10, {"provinces": ["云南省", "青海省"], "cities": []}),
)


async def lay(opened_at: datetime, *, now: datetime) -> None:
    """Write all of it, as it was when the market opened."""
    await Warehouse.bulk_create(
        Warehouse(code=code, name=name, province=province, city=city, priority=place, latitude=north, longitude=east)
        for place, (code, name, province, city, (north, east)) in enumerate(WAREHOUSES)
    )
    await CarrierTariff.bulk_create(carrier_tariffs())
    await ShippingRate.bulk_create([*_rates(), *_refused_rates()])
    await Coupon.bulk_create(_coupons(opened_at, now=now))
    await RiskPolicy.create(review_from=REVIEW_FROM, reject_from=REJECT_FROM)
    await RiskRule.bulk_create(_risk_rules(opened_at))
    await DeliveryRegion.bulk_create(_regions())
    await PickupPoint.bulk_create(_points())
    await SlotTemplate.bulk_create(_slot_templates())


HOME, PICKUP, COURIER, SERVICE = DeliveryMode.HOME, DeliveryMode.PICKUP, DeliveryMode.COURIER, DeliveryMode.SERVICE

# Province | city | ways of delivery | days at best and at worst | cold goods | fragile goods
REGIONS = (
    ("上海市", EVERYWHERE, (HOME, PICKUP, COURIER, SERVICE), 0, 1, True, True),
    ("四川省", "成都市", (HOME, PICKUP, COURIER), 0, 1, True, True),
    ("江苏省", EVERYWHERE, (HOME, PICKUP), 1, 2, True, True),
    ("海南省", EVERYWHERE, (HOME,), 3, 5, True, True),
    ("青海省", EVERYWHERE, (HOME,), 4, 6, False, False),
    (EVERYWHERE, EVERYWHERE, (HOME, PICKUP), 1, 3, True, True),
)

# Code | names | province | city | district | street | millionths of degrees north and east
POINTS = (
    (
        "SH-XH",
        "徐汇柳絮弄自提点",
        "Willow Lane counter",
        "上海市",
        "上海市",
        "徐汇区",
        "柳絮弄 2 号",
        31_188_000,
        121_436_000,
    ),
    (
        "SH-JA",
        "静安纸伞巷自提点",
        "Umbrella Alley counter",
        "上海市",
        "上海市",
        "静安区",
        "纸伞巷 1 号",
        31_229_000,
        121_448_000,
    ),
    (
        "CD-WH",
        "武侯盖碗街自提点",
        "Teacup Street counter",
        "四川省",
        "成都市",
        "武侯区",
        "盖碗街 3 号",
        30_642_000,
        104_043_000,
    ),
)

# Way | province | city | from and to, minutes after midnight | orders in one slot
SLOTS = (
    (HOME, "上海市", "上海市", 540, 720, 40),
    (HOME, "上海市", "上海市", 840, 1080, 40),
    (HOME, "上海市", "上海市", 1140, 1380, 2),
    (COURIER, "上海市", "上海市", 660, 780, 20),
    (COURIER, "上海市", "上海市", 1020, 1140, 20),
    (SERVICE, "上海市", "上海市", 600, 720, 1),
    (SERVICE, "上海市", "上海市", 840, 960, 1),
)


def _regions() -> list[DeliveryRegion]:
    return [
        DeliveryRegion(
            province=province,
            city=city,
            city_key=city_key(province, city),
            modes=sorted(mode.value for mode in modes),
            days_min=at_best,
            days_max=at_worst,
            cold_chain=cold,
            fragile=fragile,
        )
        for province, city, modes, at_best, at_worst, cold, fragile in REGIONS
    ]


def _points() -> list[PickupPoint]:
    return [
        PickupPoint(
            code=code,
            name={"zh-CN": chinese, "en": english},
            province=province,
            city=city,
            city_key=city_key(province, city),
            district=district,
            street=street,
            latitude_e6=north,
            longitude_e6=east,
        )
        for code, chinese, english, province, city, district, street, north, east in POINTS
    ]


def _slot_templates() -> list[SlotTemplate]:
    return [
        SlotTemplate(
            mode=mode,
            province=province,
            city=city,
            city_key=city_key(province, city),
            weekdays=[1, 2, 3, 4, 5, 6, 7],
            from_minute=start,
            to_minute=end,
            capacity=capacity,
            notice_minutes=60,
        )
        for mode, province, city, start, end, capacity in SLOTS
    ]


def _risk_rules(opened_at: datetime) -> list[RiskRule]:
    return [
        RiskRule(name=name, kind=kind, points=points, parameters=parameters, edited_at=opened_at)
        for name, kind, points, parameters in RISK_RULES
    ]


def _rates() -> list[ShippingRate]:
    return [
        ShippingRate(
            province=province,
            first_grams=first_grams,
            first_fee=first_fee,
            step_grams=step_grams,
            step_fee=step_fee,
            free_from=free_from,
        )
        for provinces, first_grams, first_fee, step_grams, step_fee, free_from in TARIFFS
        for province in provinces.split()
    ]


def _refused_rates() -> list[ShippingRate]:
    return [ShippingRate(province=province, first_fee=0, step_fee=0, delivers=False) for province in NOT_SERVED]


def _coupons(opened_at: datetime, *, now: datetime) -> list[Coupon]:
    return [
        Coupon(
            code=WELCOME,
            name={"zh-CN": "新人满 59 减 10", "en": "Welcome: 10 off 59"},
            amount_off=1000,
            threshold=5900,
            limit_per_customer=3,
            created_at=opened_at,
        ),
        Coupon(
            code=FEAST,
            name={"zh-CN": "团圆宴满 199 减 30", "en": "Feast: 30 off 199"},
            amount_off=3000,
            threshold=19900,
            starts_at=opened_at,
            ends_at=now + timedelta(days=365),
            created_at=opened_at,
        ),
        Coupon(
            code=SPRING,
            name={"zh-CN": "开市满 79 减 15（已过期）", "en": "Opening weeks: 15 off 79 (over)"},
            amount_off=1500,
            threshold=7900,
            starts_at=opened_at,
            ends_at=opened_at + timedelta(days=20),
            created_at=opened_at,
        ),
        Coupon(
            code=EARLY_BIRD,
            name={"zh-CN": "早鸟立减 8 元（已领完）", "en": "Early bird: 8 off (all used)"},
            amount_off=800,
            threshold=2000,
            use_limit=EARLY_BIRDS,
            created_at=opened_at,
        ),
    ]
