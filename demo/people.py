"""Who lives in the demo market: forty customers and the staff. Names, streets and numbers are all invented."""

from dataclasses import dataclass
from datetime import date

from models.customers import Gender, Role


@dataclass(frozen=True, kw_only=True)
class DemoAddress:
    recipient: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    postal_code: str


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """`key` is short and unique over customers and staff alike; phones are E.164."""

    key: str
    name: str
    latin_name: str
    phone: str
    email: str
    locale: str

    @property
    def display_name(self) -> str:
        return self.name if self.locale == "zh-CN" else self.latin_name


@dataclass(frozen=True, kw_only=True)
class DemoCustomer(DemoPerson):
    gender: Gender
    birthday: date
    address: DemoAddress


@dataclass(frozen=True, kw_only=True)
class DemoStaff(DemoPerson):
    roles: tuple[Role, ...]


# key | name | latin name | gender | birthday | locale | province | city | district | street | postal code
CUSTOMER_TABLE = """
lin     | 林晓雨 | Lin Xiaoyu      | FEMALE | 1994-03-12 | zh-CN | 上海市 | 上海市 | 徐汇区 | 柳絮弄 18 号 3 幢 502 室 | 200030
zhao    | 赵文博 | Zhao Wenbo      | MALE   | 1988-11-02 | zh-CN | 上海市 | 上海市 | 浦东新区 | 潮声路 266 弄 9 号 1203 室 | 200120
qian    | 钱若兰 | Qian Ruolan     | FEMALE | 1979-06-25 | zh-CN | 上海市 | 上海市 | 静安区 | 纸伞巷 7 号 2 楼 | 200040
sun     | 孙一鸣 | Sun Yiming      | MALE   | 1996-01-19 | en    | 上海市 | 上海市 | 长宁区 | 梧桐影路 88 号 6 幢 301 室 | 200050
li      | 李思源 | Li Siyuan       | MALE   | 1985-09-08 | zh-CN | 江苏省 | 南京市 | 鼓楼区 | 秋灯街 41 号 5 幢 702 室 | 210009
zhou    | 周佳怡 | Zhou Jiayi      | FEMALE | 1999-12-30 | zh-CN | 江苏省 | 苏州市 | 姑苏区 | 半桥里 23 号 | 215005
wu      | 吴俊杰 | Wu Junjie       | MALE   | 1991-04-17 | zh-CN | 江苏省 | 无锡市 | 滨湖区 | 藕塘新村 12 幢 404 室 | 214123
zheng   | 郑雨桐 | Zheng Yutong    | FEMALE | 1997-08-05 | zh-CN | 浙江省 | 杭州市 | 西湖区 | 茶铃路 56 号 2 幢 1801 室 | 310012
wang    | 王海涛 | Wang Haitao     | MALE   | 1976-02-28 | zh-CN | 浙江省 | 宁波市 | 鄞州区 | 望帆街 130 号 3 幢 602 室 | 315100
feng    | 冯静雅 | Feng Jingya     | FEMALE | 1990-10-11 | en    | 浙江省 | 温州市 | 鹿城区 | 石榴巷 9 号 | 325000
chen    | 陈嘉乐 | Chen Jiale      | MALE   | 2001-05-23 | zh-CN | 安徽省 | 合肥市 | 蜀山区 | 麦穗路 75 号学府苑 8 幢 1104 室 | 230031
chu     | 褚明月 | Chu Mingyue     | FEMALE | 1983-07-14 | zh-CN | 福建省 | 厦门市 | 思明区 | 榕须路 14 号 601 室 | 361001
wei     | 卫子豪 | Wei Zihao       | MALE   | 1998-03-03 | zh-CN | 福建省 | 福州市 | 鼓楼区 | 三盏灯巷 32 号 | 350001
jiang   | 蒋诗涵 | Jiang Shihan    | FEMALE | 1993-09-27 | zh-CN | 江西省 | 南昌市 | 东湖区 | 晒书台路 6 号 4 幢 203 室 | 330006
shen    | 沈伟强 | Shen Weiqiang   | MALE   | 1970-12-06 | zh-CN | 山东省 | 青岛市 | 市南区 | 浪花坡 21 号 2 单元 501 室 | 266071
han     | 韩雪梅 | Han Xuemei      | FEMALE | 1968-01-15 | zh-CN | 山东省 | 济南市 | 历下区 | 听泉胡同 3 号 | 250014
yang    | 杨思齐 | Yang Siqi       | OTHER  | 2000-06-18 | en    | 北京市 | 北京市 | 朝阳区 | 银杏里 15 号楼 2 单元 1002 室 | 100020
zhu     | 朱立群 | Zhu Liqun       | MALE   | 1982-04-09 | zh-CN | 北京市 | 北京市 | 海淀区 | 书签路 48 号院 6 号楼 301 室 | 100080
qin     | 秦可欣 | Qin Kexin       | FEMALE | 1995-11-21 | zh-CN | 天津市 | 天津市 | 和平区 | 海棠里 11 门 402 室 | 300041
xu      | 许家明 | Xu Jiaming      | MALE   | 1987-08-13 | zh-CN | 河北省 | 石家庄市 | 长安区 | 棉田街 90 号 1 单元 802 室 | 050011
he      | 何清妍 | He Qingyan      | FEMALE | 1992-02-02 | zh-CN | 河南省 | 郑州市 | 金水区 | 老枣树路 37 号 5 号楼 1506 室 | 450003
lyu     | 吕志远 | Lyu Zhiyuan     | MALE   | 1981-10-29 | zh-CN | 湖北省 | 武汉市 | 武昌区 | 渡船口街 64 号 3 栋 901 室 | 430060
shi     | 施慧敏 | Shi Huimin      | FEMALE | 1974-05-07 | zh-CN | 湖南省 | 长沙市 | 岳麓区 | 橘皮巷 28 号 7 栋 404 室 | 410006
zhang   | 张宇航 | Zhang Yuhang    | MALE   | 1999-09-16 | zh-CN | 广东省 | 广州市 | 天河区 | 木棉飞路 102 号 A 座 2305 室 | 510620
kong    | 孔令仪 | Kong Lingyi     | FEMALE | 1989-03-26 | en    | 广东省 | 深圳市 | 南山区 | 蚝排街 5 号 11 栋 1702 室 | 518052
cao     | 曹振东 | Cao Zhendong    | MALE   | 1965-07-31 | zh-CN | 广东省 | 佛山市 | 禅城区 | 醒狮里 19 号 | 528000
yan     | 严心怡 | Yan Xinyi       | FEMALE | 2002-01-08 | zh-CN | 广西壮族自治区 | 南宁市 | 青秀区 | 芭蕉坡 66 号 2 栋 503 室 | 530022
hua     | 华天佑 | Hua Tianyou     | MALE   | 1986-12-19 | zh-CN | 海南省 | 海口市 | 龙华区 | 椰影路 44 号 8 栋 1201 室 | 570105
jin     | 金美玲 | Jin Meiling     | FEMALE | 1978-04-22 | zh-CN | 四川省 | 成都市 | 武侯区 | 盖碗街 12 号 4 栋 601 室 | 610041
wei2    | 魏东升 | Wei Dongsheng   | MALE   | 1993-06-10 | zh-CN | 四川省 | 成都市 | 锦江区 | 蜀葵路 77 号 2 单元 1404 室 | 610021
tao     | 陶安琪 | Tao Anqi        | FEMALE | 1997-10-04 | en    | 四川省 | 成都市 | 高新区 | 云朵二路 300 号 9 栋 2202 室 | 610041
jiang2  | 姜国栋 | Jiang Guodong   | MALE   | 1972-08-20 | zh-CN | 四川省 | 绵阳市 | 涪城区 | 竹影巷 8 号 3 楼 | 621000
qi      | 戚晓曼 | Qi Xiaoman      | FEMALE | 1990-05-15 | zh-CN | 重庆市 | 重庆市 | 渝中区 | 九十九梯 45 号 602 室 | 400010
xie     | 谢承宇 | Xie Chengyu     | MALE   | 1984-02-11 | zh-CN | 重庆市 | 重庆市 | 江北区 | 雾灯路 160 号 5 栋 3103 室 | 400020
zou     | 邹雅婷 | Zou Yating      | FEMALE | 1996-07-07 | zh-CN | 贵州省 | 贵阳市 | 南明区 | 折耳根路 2 号 6 栋 804 室 | 550002
yu      | 喻晨阳 | Yu Chenyang     | MALE   | 1995-04-01 | zh-CN | 云南省 | 昆明市 | 五华区 | 菌子坡 31 号 1 栋 203 室 | 650021
bai     | 白玉珍 | Bai Yuzhen      | FEMALE | 1960-11-28 | zh-CN | 陕西省 | 西安市 | 碑林区 | 石鼓巷 17 号 2 号楼 502 室 | 710001
shui    | 水如镜 | Shui Rujing     | FEMALE | 1988-09-09 | zh-CN | 甘肃省 | 兰州市 | 城关区 | 羊皮筏路 53 号 702 室 | 730030
aliya   | 阿丽娅 | Aliya           | FEMALE | 1994-12-12 | zh-CN | 新疆维吾尔自治区 | 乌鲁木齐市 | 天山区 | 无花果巷 26 号 4 号楼 301 室 | 830002
song    | 宋北辰 | Song Beichen    | MALE   | 1991-01-24 | zh-CN | 辽宁省 | 大连市 | 中山区 | 槐花坡 39 号 2 单元 601 室 | 116001
"""

# key | name | latin name | locale | roles
STAFF_TABLE = """
catalog  | 方知味 | Fang Zhiwei   | zh-CN | CATALOG_MANAGER
reviewer | 谷雨晴 | Gu Yuqing     | zh-CN | ORDER_REVIEWER
picker   | 石大力 | Shi Dali      | zh-CN | WAREHOUSE_PICKER
picker2  | 罗小满 | Luo Xiaoman   | zh-CN | WAREHOUSE_PICKER
courier  | 马行空 | Ma Xingkong   | zh-CN | COURIER
courier2 | 路长风 | Lu Changfeng  | zh-CN | COURIER
agent    | 温如言 | Wen Ruyan     | zh-CN | SERVICE_AGENT
agent2   | 安宁   | An Ning       | en    | SERVICE_AGENT
finance  | 计明远 | Ji Mingyuan   | zh-CN | FINANCE
admin    | 易安然 | Yi Anran      | en    | ADMINISTRATOR
rider    | 燕小七 | Yan Xiaoqi    | zh-CN | RIDER
rider2   | 疾如风 | Ji Rufeng     | en    | RIDER
clerk    | 柜中华 | Gui Zhonghua  | zh-CN | PICKUP_CLERK
"""

PHONE_PREFIX = "+8613800138"


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def customer(number: int, cells: list[str]) -> DemoCustomer:
    key, name, latin_name, gender, birthday, locale, province, city, district, street, postal_code = cells
    phone = f"{PHONE_PREFIX}{number:03d}"
    return DemoCustomer(
        key=key,
        name=name,
        latin_name=latin_name,
        phone=phone,
        email=f"{key}@example.com",
        locale=locale,
        gender=Gender(gender),
        birthday=date.fromisoformat(birthday),
        address=DemoAddress(
            recipient=name,
            phone=phone,
            province=province,
            city=city,
            district=district,
            street=street,
            postal_code=postal_code,
        ),
    )


def staff_member(number: int, cells: list[str]) -> DemoStaff:
    key, name, latin_name, locale, roles = cells
    return DemoStaff(
        key=key,
        name=name,
        latin_name=latin_name,
        phone=f"{PHONE_PREFIX}{900 + number}",
        email=f"{key}@example.com",
        locale=locale,
        roles=tuple(Role(role) for role in roles.split()),
    )


CUSTOMERS = tuple(customer(number, cells) for number, cells in enumerate(rows(CUSTOMER_TABLE), start=1))
STAFF = tuple(staff_member(number, cells) for number, cells in enumerate(rows(STAFF_TABLE), start=1))
MAIN_CUSTOMER = CUSTOMERS[0]
