"""What a product is sold in, by the words of its slug, else by its category; each with the colors it may have."""

from collections.abc import Callable

from demo.motifs import household, packages
from demo.motifs.paint import BLUE, BROWN, DARK, GREEN, LIME, ORANGE, PURPLE, RED, ROSE, TAN, TEAL, YELLOW, Paint
from demo.motifs.words import longest_key

Package = tuple[Callable[[Paint, str], str], tuple[Paint, ...]]

BARE = None
ANY = (RED, ROSE, ORANGE, YELLOW, LIME, GREEN, TEAL, BLUE, PURPLE)
CALM = (TEAL, BLUE, GREEN, PURPLE, ROSE)

PACKAGES: dict[str, Package | None] = {
    "fresh-whole-milk": (packages.milk_bottle, (BLUE,)),
    "drinking-yogurt": (packages.milk_bottle, (ROSE,)),
    "soy-milk": (packages.milk_bottle, (LIME,)),
    "whipping-cream": (packages.carton, (YELLOW,)),
    "mozzarella": (packages.pouch, (BLUE,)),
    "dumplings": (packages.frozen_bag, (BLUE, TEAL)),
    "wontons": (packages.frozen_bag, (GREEN,)),
    "oats": (packages.pouch, (ORANGE,)),
    "alkaline-noodles": (packages.noodle_bowl, (BROWN,)),
    "knife-cut-noodles": (packages.noodle_bowl, (BLUE,)),
    "luosifen": (packages.noodle_bowl, (RED,)),
    "rice-noodles": (packages.noodle_bowl, (TEAL,)),
    "camellia-oil": (packages.oil_bottle, (YELLOW,)),
    "sesame-oil": (packages.oil_bottle, (BROWN,)),
    "olive-oil": (packages.oil_bottle, (LIME,)),
    "doubanjiang": (packages.jar, (RED,)),
    "chili-crisp": (packages.jar, (RED,)),
    "sesame-paste": (packages.jar, (TAN,)),
    "sweet-bean-sauce": (packages.jar, (BROWN,)),
    "hotpot-base": (packages.pouch, (RED,)),
    "sichuan-pepper": BARE,
    "star-anise": BARE,
    "cassia-bark": BARE,
    "dried-chili": BARE,
    "walnuts": BARE,
    "chestnuts": BARE,
    "daily-nuts": (packages.gift_box, (ORANGE,)),
    "mooncake-box": (packages.gift_box, (RED,)),
    "orchard-hamper": (packages.gift_box, (ORANGE,)),
    "hawthorn": BARE,
    "peanut-brittle": BARE,
    "milk-candy": BARE,
    "yunnan-coffee-beans": (packages.pouch, (DARK,)),
    "cold-brew": (packages.juice_bottle, (DARK,)),
    "mango-juice": (packages.glass, (ORANGE,)),
    "buckthorn": (packages.glass, (YELLOW,)),
    "plum-juice": (packages.glass, (PURPLE,)),
    "coconut-water": (packages.carton, (TEAL,)),
    "sour-plum-kit": (packages.pouch, (PURPLE,)),
    "sparkling": (packages.can, (TEAL,)),
    "salt-soda": (packages.can, (BLUE,)),
    "cooling-drink": (packages.can, (RED,)),
    "toilet-roll": (household.paper_roll, (BLUE,)),
    "kitchen-roll": (household.paper_roll, (LIME,)),
    "wet-wipes": (packages.pouch, (BLUE,)),
    "cotton-towel": (household.tissue_box, (ROSE,)),
    "pods": (household.pods, (BLUE,)),
    "stain-remover": (household.spray, (ORANGE,)),
    "laundry-soap": (household.soap_bar, (YELLOW,)),
    "color-catcher": (household.tissue_box, (PURPLE,)),
    "dish-soap": (household.pump, (YELLOW,)),
    "drain-cleaner": (packages.jar, (BLUE,)),
    "sponge": (household.sponge, (YELLOW,)),
    "trash-bags": (household.trash_bag, (DARK,)),
    "toothpaste": (household.tube, (TEAL,)),
    "toothbrush": (household.toothbrushes, (BLUE,)),
    "hand-cream": (household.tube, (ROSE,)),
    "razor-blades": (household.razor, (BLUE,)),
    "shampoo": (household.pump, (ORANGE,)),
    "bamboo-steamer": (household.steamer, (TAN,)),
    "clay-pot": (household.pot, (BROWN,)),
    "knife": (household.knife, (TAN,)),
    "bowls": (household.bowls, (BLUE,)),
    "chopsticks": (household.chopsticks, (BROWN,)),
    "food-box": (household.food_box, (TEAL,)),
}

PACKAGE_OF_CATEGORY: dict[str, Package] = {
    "milk": (packages.carton, (BLUE, GREEN, TEAL)),
    "yogurt": (packages.cup, (ROSE, BLUE, PURPLE, TEAL)),
    "rice": (packages.sack, (RED, GREEN, BLUE, TEAL, ORANGE)),
    "whole-grains": (packages.sack, (ORANGE, GREEN, PURPLE, TEAL, BLUE)),
    "noodles": (packages.noodle_pack, (RED, TEAL, BLUE, GREEN)),
    "cooking-oil": (packages.oil_jug, (YELLOW, ORANGE)),
    "sauces": (packages.sauce_bottle, (DARK, BROWN)),
    "spices": (packages.shaker, (ORANGE, GREEN, RED, BLUE)),
    "nuts": (packages.pouch, ANY),
    "candy-dried-fruit": (packages.pouch, ANY),
    "crisps-savory": (packages.pouch, ANY),
    "green-tea": (packages.tin, (GREEN, LIME, TEAL)),
    "oolong-black-tea": (packages.tin, (RED, BROWN, BLUE, PURPLE)),
    "herbal-tea": (packages.tin, (YELLOW, ORANGE, TEAL)),
    "coffee": (packages.coffee_cup, (TEAL, RED, BLUE)),
    "juice": (packages.juice_bottle, (YELLOW, ORANGE)),
    "water-soda": (packages.water_bottle, (BLUE, TEAL)),
    "paper-goods": (household.tissue_box, CALM),
    "laundry": (household.detergent, CALM),
    "kitchen-cleaning": (household.spray, CALM),
    "personal-care": (household.pump, CALM),
    "kitchenware": (household.wok, (DARK,)),
}


def package(slug: str, category: str) -> Package | None:
    """What the product is sold in; None for goods that are drawn as they are."""
    key = longest_key(PACKAGES, slug)
    return PACKAGES[key] if key else PACKAGE_OF_CATEGORY.get(category)
