"""What the demo's pub pours. The ids are as they grew over the years, and as the protocol's examples have them."""

from venues.demo.recipe import Choice, Dish, Group, Section

BARLEY = {"gluten": "barley"}
SULPHITES = {"sulphites": ""}

MEASURE = Group("Measure", 1, 1, (Choice("Half pint"), Choice("Two thirds", "0.90"), Choice("Pint", "2.60")))
GLASS = Group("Glass", 1, 1, (Choice("125 ml"), Choice("175 ml", "1.70"), Choice("250 ml", "3.40")))
SHOT = Group("Measure", 1, 1, (Choice("Single, 25 ml"), Choice("Double, 50 ml", "3.20")))
MIXER = Group(
    "Mixer",
    0,
    1,
    (
        Choice("Tonic", "1.60"),
        Choice("Light tonic", "1.60"),
        Choice("Ginger ale", "1.60"),
        Choice("Cola", "1.60"),
        Choice("Elderflower tonic", "1.90", available=False),
    ),
)
STILL_OR_SPARKLING = Group("Made with", 1, 1, (Choice("Still water"), Choice("Sparkling water")))
MILK = Group("Milk", 1, 1, (Choice("Dairy milk"), Choice("Oat milk", "0.40"), Choice("Soya milk", "0.40")))
EXTRAS = Group("Extras", 0, 2, (Choice("Extra shot", "0.70"), Choice("Vanilla syrup", "0.60")))

DRAUGHT = Section(
    "Draught beer",
    "bar",
    (
        Dish(
            1,
            "Harvest Bitter",
            "4.60",
            "Amber, dry, from the cellar. Pint, 4.2 %",
            contains=BARLEY,
            picture="bitter",
            alt="A full pint of amber bitter with a white head, a hop cone and an ear of barley beside it",
        ),
        Dish(13, "Carlsberg", "3.20", "Lager, pint. 3.8 %", contains=BARLEY, diet="vegan"),
        Dish(
            2,
            "Lamplight Pale",
            "2.60",
            "Citrus and pine, unfiltered. 4.4 %",
            contains={"gluten": "barley, wheat"},
            diet="vegan",
            groups=(MEASURE,),
        ),
        Dish(
            3,
            "Night Watch Stout",
            "5.10",
            "Roasted, soft, long. Pint, 5.1 %",
            contains={"gluten": "barley, oats"},
            diet="vegan",
            picture="stout",
            alt="A pint of black stout under a thick cream-coloured head",
        ),
        Dish(
            4,
            "Hop Ferry IPA",
            "2.90",
            "Mango, grapefruit, a bitter end. 6.0 %",
            contains=BARLEY,
            diet="vegan",
            groups=(MEASURE,),
        ),
        Dish(5, "Guest cask", "4.80", "Another one every week, ask which. Pint", checked=False),
        Dish(6, "Orchard Gate cider", "4.70", "Draught, medium dry. Pint, 4.8 %", contains=SULPHITES, diet="vegan"),
    ),
    note="18 or over. We may ask for proof of age.",
    adults=True,
)

BOTTLES = Section(
    "Bottles and cider",
    "bar",
    (
        Dish(
            8,
            "Old Wall cider",
            "5.20",
            "Cloudy, dry, from one orchard. 500 ml, 6.0 %",
            contains=SULPHITES,
            diet="vegan",
        ),
        Dish(9, "Pear Tree perry", "5.40", "Light and sparkling. 500 ml, 5.5 %", contains=SULPHITES, diet="vegan"),
        Dish(10, "Millrace lager", "4.30", "Cold and clean. 330 ml, 4.6 %", contains=BARLEY, diet="vegan"),
        Dish(
            11,
            "Lock Keeper saison",
            "5.80",
            "Pepper and straw. 330 ml, 6.4 %",
            contains={"gluten": "barley, wheat"},
            may_contain={"sulphites": ""},
            diet="vegetarian",
        ),
        Dish(12, "Ginger Wick", "4.90", "Alcoholic ginger beer. 330 ml, 4.0 %", diet="vegan"),
        Dish(7, "Low Light", "3.70", "Lager, 0.5 % alcohol. 330 ml", contains=BARLEY, diet="vegan", adults=False),
    ),
    note="18 or over, but for the Low Light.",
    adults=True,
)

WINE = Section(
    "Wine",
    "bar",
    (
        Dish(
            19,
            "House red",
            "4.60",
            "Dark cherry, a little oak. 13 %",
            contains=SULPHITES,
            diet="vegan",
            groups=(GLASS,),
            picture="red-wine",
            alt="A glass of red wine between a bottle and a bunch of dark grapes",
        ),
        Dish(20, "House white", "4.60", "Green apple, crisp. 12 %", contains=SULPHITES, diet="vegan", groups=(GLASS,)),
        Dish(
            21,
            "Rosé of the terrace",
            "4.90",
            "Pale, strawberry, dry. 12.5 %",
            contains=SULPHITES,
            may_contain={"eggs": "fining", "milk": "fining"},
            groups=(GLASS,),
        ),
        Dish(22, "Sparkling, 20 cl", "7.20", "A small bottle of our own. 11.5 %", contains=SULPHITES, diet="vegan"),
        Dish(14, "Sparkling, bottle", "26.00", "The same for the whole table. 75 cl", contains=SULPHITES, diet="vegan"),
    ),
    note="18 or over.",
    adults=True,
)

SPIRITS = Section(
    "Spirits and cocktails",
    "bar",
    (
        Dish(
            15,
            "Lantern gin",
            "4.10",
            "Juniper, lime peel, sea herbs. 42 %",
            diet="vegan",
            groups=(SHOT, MIXER),
            picture="gin",
            alt="Gin and tonic with ice and lime in a wide glass, a bottle of tonic behind it",
        ),
        Dish(16, "Breakwater rum", "4.20", "Golden, spiced. 40 %", diet="vegan", groups=(SHOT, MIXER)),
        Dish(17, "Peat Fire whisky", "4.90", "Smoke and honey. 43 %", diet="vegan", groups=(SHOT, MIXER)),
        Dish(
            24,
            "Lamplighter sour",
            "9.20",
            "Whisky, lemon, bitters, a foam of egg white.",
            contains={"eggs": "white, raw"},
            not_confirmed={"sulphites": "in the bitters"},
        ),
        Dish(25, "Hedge bramble", "8.80", "Gin, lemon, blackberries.", contains=SULPHITES, diet="vegan"),
    ),
    note="18 or over.",
    adults=True,
)

SOFT = Section(
    "Soft and hot drinks",
    "bar",
    (
        Dish(26, "Lime and soda", "1.80", "Pint, over ice.", diet="vegan", kosher=True),
        Dish(
            27,
            "Rhubarb cordial",
            "3.40",
            "Made here, pink and sharp.",
            not_confirmed={"sulphites": ""},
            diet="vegan",
            groups=(STILL_OR_SPARKLING,),
            picture="rhubarb",
            alt="A tall pink drink with ice, mint and a striped straw, sticks of rhubarb beside it",
        ),
        Dish(28, "Cola", "3.10", "330 ml, over ice.", diet="vegan"),
        Dish(29, "Orange juice", "3.30", "Pressed this morning.", diet="vegan", kosher=True),
        Dish(23, "Tap water", "0.00", "A jug and four glasses.", diet="vegan", kosher=True, halal=True),
        Dish(
            30,
            "Flat white",
            "3.30",
            "Two shots, little foam.",
            contains={"milk": "unless oat or soya"},
            may_contain={"gluten": "oats, same steam wand", "soya": "same steam wand"},
            diet="vegetarian",
            groups=(MILK, EXTRAS),
            picture="flat-white",
            alt="A cup of coffee from above with a heart poured into its milk",
        ),
        Dish(
            31,
            "Pot of tea",
            "2.90",
            "Breakfast, mint or chamomile; milk beside it.",
            contains={"milk": "beside it"},
            diet="vegetarian",
        ),
        Dish(
            32,
            "Hot chocolate",
            "3.80",
            "Dark, whipped cream on top.",
            contains={"milk": "", "soya": ""},
            may_contain={"nuts": "hazelnut"},
            diet="vegetarian",
            groups=(MILK,),
        ),
    ),
)

DRINKS = (DRAUGHT, BOTTLES, WINE, SPIRITS, SOFT)
