"""What sets one kind of store apart from another: prices, habits, channels and shelves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    """Where a contact comes from; `close` scales the closing rate, `fake` is the share of freebie hunters."""

    name: str
    zh: str
    weight: float
    close: float
    fake: float
    cost: float  # paid per add, client currency


@dataclass(frozen=True)
class Product:
    """One product on the shelf, on its step of the product ladder."""

    product_id: str
    product: str
    category: str
    tier: str


@dataclass(frozen=True)
class Industry:
    """The habits of an industry's customers. Shares are 0 to 1, `_days` are days, prices are CNY."""

    name: str
    zh: str
    price: float  # median of a full-price order
    price_spread: float  # standard deviation of its logarithm, from order to order
    wallet_spread: float  # the same, from customer to customer
    close: float  # contacts who would buy if they stayed long enough
    close_days: float  # median delay of the first order, when it is not on the same visit
    close_days_spread: float
    same_visit: float  # of the buyers, those who buy within the hour of joining
    repeat_first: float  # buyers who come back after the first order
    repeat_later: float  # buyers who come back once they are regulars
    gap_days: float  # median days to the next order
    gap_spread: float
    visitors: float  # people through the door a day
    walk_in: float  # of these, who buy and stay unknown
    shelf: tuple[Product, ...]
    entry_prices: tuple[float, ...] = (9.9, 19.9, 39.9)
    entry_share: float = 0.75  # first orders that are an entry product
    part_refund: float = 0.02
    full_refund: float = 0.015
    return_days: int = 30  # after so many days without an order, the store calls
    channels: tuple[Channel, ...] = (
        Channel("till", "收银台活码", 0.42, 1.15, 0.01, 0.5),
        Channel("advert", "朋友圈广告", 0.22, 0.80, 0.04, 12.0),
        Channel("poster", "裂变海报", 0.20, 0.75, 0.16, 3.0),
        Channel("friend", "老客推荐", 0.16, 1.25, 0.01, 5.0),
    )


def _shelf(prefix: str, *rows: str) -> tuple[Product, ...]:
    cells = (row.split("|") for row in rows)
    return tuple(
        Product(f"{prefix}{number:03d}", product, category, tier)
        for number, (tier, category, product) in enumerate(cells, start=1)
    )


INDUSTRIES = {
    industry.name: industry
    for industry in (
        Industry(
            "mother_baby", "母婴",
            price=168.0, price_spread=0.45, wallet_spread=0.35,
            close=0.56, close_days=14.0, close_days_spread=1.1, same_visit=0.30,
            repeat_first=0.62, repeat_later=0.84, gap_days=34.0, gap_spread=0.75,
            visitors=22.0, walk_in=0.018,
            shelf=_shelf(
                "M",
                "entry|洗护|婴儿湿巾 体验装", "entry|喂养|硅胶软勺 <2支装>", "entry|服饰|纯棉口水巾",
                "core|纸尿裤|纸尿裤 M码 & L码 组合", "core|纸尿裤|拉拉裤 XL", "core|奶粉|奶粉 2段 800g",
                "core|奶粉|奶粉 3段 800g", "core|辅食|高铁米粉", "core|辅食|蔬菜泥 6袋",
                "core|洗护|洗发沐浴二合一", "core|喂养|宽口奶瓶 240ml", "core|服饰|连体爬服",
                "premium|出行|安全座椅", "premium|出行|轻便推车",
                "premium|营养|DHA 藻油", "premium|会员|年度育儿顾问卡",
            ),
        ),
        Industry(
            "jewellery", "珠宝",
            price=2380.0, price_spread=0.60, wallet_spread=0.45,
            close=0.22, close_days=30.0, close_days_spread=1.0, same_visit=0.25,
            repeat_first=0.20, repeat_later=0.38, gap_days=120.0, gap_spread=0.80,
            visitors=18.0, walk_in=0.02,
            shelf=_shelf(
                "J",
                "entry|配件|擦银布", "entry|配件|编织手绳", "entry|保养|清洗保养券",
                "core|黄金|足金吊坠", "core|黄金|足金手链",
                "core|银饰|银手镯", "core|彩宝|碧玺耳钉", "premium|钻石|钻戒", "premium|翡翠|翡翠手镯",
            ),
            entry_prices=(39.9, 99.0, 199.0), entry_share=0.35, return_days=90,
        ),
        Industry(
            "tea", "奶茶",
            price=21.0, price_spread=0.35, wallet_spread=0.25,
            close=0.74, close_days=3.0, close_days_spread=0.9, same_visit=0.55,
            repeat_first=0.74, repeat_later=0.95, gap_days=4.0, gap_spread=0.80,
            visitors=220.0, walk_in=0.30,
            shelf=_shelf(
                "T",
                "entry|新人|新人首杯", "core|奶茶|珍珠奶茶", "core|奶茶|茉莉奶绿", "core|果茶|满杯橙子",
                "core|果茶|葡萄冻冻",
                "core|纯茶|四季春", "premium|会员|年卡 每日一杯", "premium|周边|保温杯",
            ),
            entry_prices=(1.0, 9.9), return_days=7,
        ),
    )
}  # fmt: skip
