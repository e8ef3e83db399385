"""What the demo market stands on before anybody comes: two warehouses, what shipping costs, and the coupons."""

from datetime import datetime, timedelta

from models.inventory import Warehouse
from models.pricing import ShippingRate
from models.promotions import Coupon

WAREHOUSES = (
    ("SH", {"zh-CN": "上海仓", "en": "Shanghai warehouse"}, "上海市", "上海市"),
    ("CD", {"zh-CN": "成都仓", "en": "Chengdu warehouse"}, "四川省", "成都市"),
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


async def lay(opened_at: datetime, *, now: datetime) -> None:
    """Write all of it, as it was when the market opened."""
    await Warehouse.bulk_create(
        Warehouse(code=code, name=name, province=province, city=city, priority=place)
        for place, (code, name, province, city) in enumerate(WAREHOUSES)
    )
    await ShippingRate.bulk_create([*_rates(), *_refused_rates()])
    await Coupon.bulk_create(_coupons(opened_at, now=now))


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
