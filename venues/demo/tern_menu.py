"""What the demo's second operator sells: a wine bar in another country, with other money and other taxes."""

from venues.demo.recipe import Card, Choice, Dish, Group, Section

SULPHITES = {"sulphites": ""}

POUR = Group("Pour", 1, 1, (Choice("100 ml taste"), Choice("150 ml glass", "2.80"), Choice("500 ml carafe", "17.50")))
BREAD = Group("Bread", 0, 1, (Choice("Sourdough", "2.00"), Choice("Oat crackers", "2.00")))

GLASSES = Section(
    "By the glass",
    "bar",
    (
        Dish(
            101, "Sandbank white", "5.20", "Salt, lemon, stones. 12 %", contains=SULPHITES, diet="vegan", groups=(POUR,)
        ),
        Dish(
            102,
            "Headland white",
            "6.10",
            "Peach, a touch of oak. 13 %",
            contains=SULPHITES,
            may_contain={"milk": "fining"},
            diet="vegetarian",
            groups=(POUR,),
        ),
        Dish(
            103,
            "Tideline rosé",
            "5.40",
            "Redcurrant, very dry. 12.5 %",
            contains=SULPHITES,
            diet="vegan",
            groups=(POUR,),
        ),
        Dish(104, "Harbour red", "5.60", "Soft, plum, pepper. 13 %", contains=SULPHITES, diet="vegan", groups=(POUR,)),
        Dish(
            105,
            "Long Pier red",
            "7.40",
            "Old vines, dark, slow. 14 %",
            contains=SULPHITES,
            diet="vegan",
            groups=(POUR,),
        ),
        Dish(106, "Skin contact of the month", "7.00", "Amber and cloudy, ask which.", checked=False, groups=(POUR,)),
    ),
    note="18 or over.",
    adults=True,
    tax_rate="23",
)

OTHERS = Section(
    "No wine",
    "bar",
    (
        Dish(107, "Kelp and tonic", "5.50", "No alcohol, all sea.", diet="vegan"),
        Dish(108, "Sparkling water", "3.00", "750 ml", diet="vegan"),
        Dish(
            109,
            "Filter coffee",
            "3.20",
            "Black; milk if you ask.",
            may_contain={"milk": ""},
            diet="vegan",
            tax_rate="13.5",
        ),
    ),
    tax_rate="23",
)

PLATES = Section(
    "Plates",
    "kitchen",
    (
        Dish(
            110,
            "Three cheeses",
            "14.50",
            "Hard, soft, blue; quince, crackers, grapes.",
            contains={"milk": "", "gluten": "oats, wheat"},
            may_contain={"nuts": "", "sesame": ""},
            not_confirmed={"sulphites": "quince"},
            groups=(BREAD,),
            picture="cheese",
            alt="Three cheeses on a dark slate with grapes, crackers and quince",
        ),
        Dish(
            111,
            "Olives and bread",
            "6.50",
            "Warm, orange peel, thyme.",
            contains={"gluten": "wheat"},
            diet="vegan",
            picture="olives",
            alt="Green and black olives in a blue bowl, a small loaf beside it",
        ),
        Dish(
            112,
            "Smoked mackerel",
            "9.80",
            "Beetroot, horseradish, rye.",
            contains={"fish": "mackerel", "gluten": "rye", "milk": "", "sulphites": "horseradish"},
        ),
        Dish(
            113,
            "Six oysters",
            "17.00",
            "Ice, lemon, shallot.",
            contains={"molluscs": "oysters", "sulphites": "vinegar"},
        ),
        Dish(
            114,
            "Lupin hummus",
            "7.20",
            "Flatbread, radish.",
            contains={"lupin": "", "sesame": "", "gluten": "wheat"},
            diet="vegan",
        ),
        Dish(
            115,
            "Chocolate pot",
            "7.00",
            "Sea salt, cream.",
            contains={"milk": "", "eggs": "", "soya": ""},
            may_contain={"nuts": "hazelnut"},
            diet="vegetarian",
        ),
    ),
    tax_rate="13.5",
)

CARD = Card("Glasses and plates", (GLASSES, OTHERS, PLATES))
