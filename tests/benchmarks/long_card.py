"""A venue with a menu as long as the longest: what a guest's page weighs is measured on it.

    running.manage("shell", "--no-imports", "--command", WRITE)  # prints the venue's id

Words, prices, allergens and options differ from product to product, or it would compress as no real menu does.
"""

import random
from decimal import Decimal

WRITE = "from tests.benchmarks.long_card import write; print(write(300))"
SECTIONS = 12
# fmt: off
HOW = (
    "Smoked", "Roast", "Braised", "Pickled", "Grilled", "Baked", "Slow", "Wild", "Old", "Winter", "Garden", "Salted",
    "Charred", "Fresh", "Hand-cut",
)
WHAT = (
    "beetroot", "haddock", "brisket", "lamb", "leek", "mushroom", "celeriac", "trout", "pork", "chicken", "squash",
    "cauliflower", "mackerel",
)
AS = (
    "pie", "salad", "stew", "tart", "broth", "skewer", "flatbread", "hash", "risotto", "sandwich", "platter",
    "fritters", "gratin",
)
# fmt: on
WITH = (
    "mustard dressing",
    "brown butter and capers",
    "pearl barley",
    "a soft egg",
    "apple and horseradish",
    "yeast flakes",
    "dripping toast",
    "blue cheese from down the road",
    "our own piccalilli",
    "chilli, lime and coriander",
    "hazelnuts",
    "whatever the garden gave this week",
)


def write(number: int) -> int:
    """The id of a new venue with so many products and table 1. For a process with Django and the demo's pictures."""
    from tests.factories import make_options, make_table, make_venue
    from venues.models import Allergen, AllergenState, Category, Product, ProductAllergen, ProductOptionGroup

    chance = random.Random(300)
    venue = make_venue(name="The Long Card")
    assert venue.menu is not None
    make_table(venue, "1")
    pictures = list(Product.objects.exclude(picture="").values_list("picture", "picture_alt"))
    categories = [
        Category.objects.create(menu=venue.menu, name=f"{HOW[at]} things", note="All day.", position=at)
        for at in range(SECTIONS)
    ]
    products = []
    for at in range(number):
        how, what, form = chance.choice(HOW), chance.choice(WHAT), chance.choice(AS)
        picture, words = chance.choice(pictures) if at % 3 == 0 else ("", "")
        vegetarian = chance.random() < 0.3
        products.append(
            Product(
                operator=venue.operator,
                category=categories[at * SECTIONS // number],
                name=f"{how} {what} {form}",
                description=f"With {chance.choice(WITH)} and {chance.choice(WITH)}, for {chance.randint(1, 3)}.",
                price=Decimal(chance.randrange(300, 2600, 5)) / 100,
                picture=picture,
                picture_alt=words,
                vegetarian=vegetarian,
                vegan=vegetarian and chance.random() < 0.5,
                position=at,
            )
        )
    made = Product.objects.bulk_create(products)
    ProductAllergen.objects.bulk_create(
        ProductAllergen(product=product, allergen=allergen, state=chance.choice(AllergenState.values))
        for product in made
        for allergen in chance.sample(Allergen.values, chance.randint(3, 14))
    )
    group = make_options(made[0], "Size", {"Small": "0", "Large": "3.00"}, minimum=1)
    ProductOptionGroup.objects.bulk_create(
        ProductOptionGroup(operator=venue.operator, product=product, group=group) for product in made[4::4]
    )
    return venue.pk
