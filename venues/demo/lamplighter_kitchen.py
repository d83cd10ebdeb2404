"""What the demo's pub cooks."""

from venues.demo.recipe import Choice, Dish, Group, Section

SHARED_FRYER = {"fish": "shared fryer", "crustaceans": "shared fryer"}
CHIPS_OR_MASH = Group("With", 1, 1, (Choice("Chips"), Choice("Mash"), Choice("Green leaves")))
FISH_SIZE = Group("Size", 1, 1, (Choice("Regular"), Choice("Large", "3.00")))
WITH_FISH = Group(
    "With it",
    0,
    2,
    (Choice("Curry sauce", "1.20"), Choice("Bread and butter", "1.50"), Choice("Pickled egg", "1.20", available=False)),
)
STEAK = Group(
    "How cooked",
    1,
    1,
    (Choice("Rare"), Choice("Medium rare"), Choice("Medium"), Choice("Medium well"), Choice("Well done")),
)
SAUCE = Group(
    "Sauce",
    0,
    1,
    (Choice("Peppercorn", "2.20"), Choice("Blue cheese", "2.40"), Choice("Garlic butter", "1.60")),
)
ON_THE_BURGER = Group(
    "On it",
    0,
    3,
    (Choice("Cheddar", "1.20"), Choice("Bacon", "1.80"), Choice("Fried egg", "1.40"), Choice("Jalapeños", "0.80")),
)
BURGER = Group("Patty", 1, 1, (Choice("Beef"), Choice("Chickpea and beetroot")))
DIPS = Group(
    "Dips",
    0,
    3,
    (
        Choice("Mayonnaise", "0.50"),
        Choice("Garlic mayonnaise", "0.60"),
        Choice("Ketchup"),
        Choice("Curry sauce", "1.20"),
    ),
)
OVER_IT = Group("Over it", 1, 1, (Choice("Custard"), Choice("Vanilla ice cream"), Choice("Cream"), Choice("Nothing")))
SCOOPS = Group(
    "Scoops",
    1,
    3,
    (Choice("Vanilla"), Choice("Salted caramel", "0.30"), Choice("Blackcurrant sorbet"), Choice("Pistachio", "0.50")),
)
SUPPER_PLATE = Group(
    "Plate",
    1,
    1,
    (
        Choice("Butter chicken", dish=39),
        Choice("Bean and squash chilli", dish=40),
        Choice("Ploughman's board", "0.50", dish=38),
    ),
)
SUPPER_SIDE = Group(
    "Side",
    1,
    1,
    (Choice("Bowl of chips", dish=43), Choice("Garden leaves", dish=46), Choice("Onion rings", "0.50", dish=45)),
)
SUPPER_DRINK = Group(
    "Drink",
    1,
    1,
    (
        Choice("Lime and soda", dish=26),
        Choice("Cola", "0.60", dish=28),
        Choice("Carlsberg", "0.80", dish=13),
        Choice("Harvest Bitter", "1.80", dish=1),
    ),
)

MAINS = Section(
    "Kitchen",
    "kitchen",
    (
        Dish(
            34,
            "Haddock and chips",
            "14.50",
            "Beer batter, crushed peas, tartare sauce.",
            contains={"fish": "haddock", "gluten": "wheat, barley", "eggs": "", "mustard": ""},
            may_contain={"crustaceans": "shared fryer"},
            groups=(FISH_SIZE, WITH_FISH),
            picture="haddock",
            alt="Battered haddock with chips, peas and lemon on a blue-rimmed plate",
        ),
        Dish(
            35,
            "Mushroom and ale pie",
            "13.20",
            "Short crust, greens, gravy.",
            contains={"gluten": "wheat, barley", "celery": ""},
            diet="vegan",
            groups=(CHIPS_OR_MASH,),
            picture="pie",
            alt="A steaming pie with a crimped golden crust, a jug of gravy and greens",
        ),
        Dish(
            36,
            "Lamplighter burger",
            "14.80",
            "Brioche bun, house relish, chips.",
            contains={"gluten": "wheat", "eggs": "bun", "milk": "bun", "sesame": "", "mustard": ""},
            may_contain={"soya": "", **SHARED_FRYER},
            groups=(BURGER, ON_THE_BURGER),
            picture="burger",
            alt="A tall burger with cheese and lettuce on a board, chips and relish beside it",
        ),
        Dish(
            37,
            "Rump steak, 8 oz",
            "19.50",
            "Grilled tomato, chips, watercress.",
            may_contain=SHARED_FRYER,
            groups=(STEAK, SAUCE),
        ),
        Dish(
            38,
            "Ploughman's board",
            "12.40",
            "Cheddar, ham, bread, apple, pickle, onion.",
            contains={"gluten": "wheat, rye", "milk": "", "sulphites": "pickle", "celery": "pickle", "mustard": ""},
            picture="ploughmans",
            alt="A wooden board with bread, a wedge of cheddar, ham, an apple and pickle",
        ),
        Dish(
            39,
            "Butter chicken",
            "13.90",
            "Halal chicken, tomato, fenugreek, rice and a flatbread.",
            contains={"milk": "butter, yoghurt", "gluten": "wheat"},
            may_contain={"nuts": "cashew"},
            halal=True,
        ),
        Dish(
            40,
            "Bean and squash chilli",
            "12.10",
            "Three beans, lime rice, coriander.",
            contains={"celery": ""},
            diet="vegan",
            halal=True,
        ),
        Dish(
            41,
            "Soup of the day",
            "6.90",
            "With bread from the oven. Ask what is in it.",
            checked=False,
            diet="vegetarian",
        ),
        Dish(
            42,
            "Goat's cheese and beetroot salad",
            "11.60",
            "Walnuts, leaves, honey dressing.",
            contains={"milk": "", "nuts": "walnut", "mustard": "dressing", "sulphites": "dressing"},
            diet="vegetarian",
        ),
        Dish(
            33,
            "Lamplighter supper",
            "17.50",
            "A plate, a side and a drink.",
            diet="vegan",
            halal=True,
            groups=(SUPPER_PLATE, SUPPER_SIDE, SUPPER_DRINK),
        ),
    ),
    note="Tell us about allergies before you order.",
)

SIDES = Section(
    "Sides and snacks",
    "kitchen",
    (
        Dish(
            43,
            "Bowl of chips",
            "3.90",
            "Cut here, fried twice.",
            may_contain=SHARED_FRYER,
            diet="vegan",
            groups=(DIPS,),
            picture="chips",
            alt="A basket of thick chips with a dip and a salt cellar",
        ),
        Dish(
            44,
            "Halloumi fries",
            "6.40",
            "Mint yoghurt.",
            contains={"milk": "", "gluten": "wheat"},
            may_contain=SHARED_FRYER,
            diet="vegetarian",
        ),
        Dish(
            45,
            "Onion rings",
            "4.40",
            "Stout batter.",
            contains={"gluten": "wheat, barley, oats"},
            may_contain=SHARED_FRYER,
            diet="vegan",
        ),
        Dish(46, "Garden leaves", "3.80", "Lemon and oil.", diet="vegan"),
        Dish(18, "Sea salt crisps", "1.80", "A bag.", may_contain={"milk": "", "gluten": "barley"}, diet="vegan"),
        Dish(
            47,
            "Dry roasted peanuts",
            "1.70",
            "A bag.",
            contains={"peanuts": ""},
            may_contain={"nuts": "", "sesame": ""},
            diet="vegan",
        ),
        Dish(
            48,
            "Jar of piccalilli",
            "5.00",
            "To take home. 280 g",
            contains={"mustard": "", "celery": ""},
            not_confirmed={"sulphites": "in the vinegar"},
            diet="vegan",
            tax_rate="0",
        ),
    ),
)

PUDDINGS = Section(
    "Puddings",
    "kitchen",
    (
        Dish(
            49,
            "Plum crumble",
            "6.40",
            "Oat top, warm.",
            contains={"gluten": "oats, wheat"},
            may_contain={"milk": "topping of your choice", "eggs": "custard"},
            not_confirmed={"nuts": ""},
            diet="vegetarian",
            groups=(OVER_IT,),
            picture="crumble",
            alt="A dish of plum crumble with a scoop of ice cream and a jug of custard",
        ),
        Dish(
            50,
            "Sticky toffee pudding",
            "6.80",
            "Dates, toffee sauce, vanilla ice cream.",
            contains={"gluten": "wheat", "eggs": "", "milk": "", "sulphites": "dates"},
            diet="vegetarian",
            picture="toffee",
            alt="A dark sponge under dripping toffee sauce with a scoop of ice cream",
        ),
        Dish(
            51,
            "Lemon posset",
            "6.20",
            "Shortbread.",
            contains={"milk": "", "gluten": "wheat"},
            may_contain={"nuts": "almond"},
            diet="vegetarian",
        ),
        Dish(
            52,
            "Ice cream",
            "2.30",
            "One to three scoops, the price is for the bowl.",
            contains={"milk": "but for the sorbet"},
            may_contain={"nuts": "pistachio", "eggs": ""},
            diet="vegetarian",
            groups=(SCOOPS,),
        ),
    ),
)

KITCHEN = (MAINS, SIDES, PUDDINGS)
