"""The menu on a guest's phone: found, filtered, chosen from, in three languages, with and without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import assert_no_barrier, photograph, watched
from tests.browser.pub import Pub, pub_at
from tests.journeys.fixtures import own_postgres, own_redis, running, template, with_worker
from tests.journeys.running import Running
from tests.stack.chromium import browser

__all__ = ["browser", "own_postgres", "own_redis", "running", "template", "with_worker"]

NARROW = (320, 640)
EVIL = "\"'><img src=x onerror=hurt=1>"


@pytest.fixture(scope="module")
def pub(running: Running) -> Iterator[Pub]:
    with pub_at(running) as pub, pub.board():
        yield pub


@pytest.fixture(scope="module")
def address(pub: Pub) -> str:
    return pub.address(pub.table())


@pytest.fixture
def menu(browser: Browser, address: str) -> Iterator[Page]:
    with watched(browser, address) as page:
        expect(page.get_by_role("button", name="Add Bitter")).to_be_visible()
        yield page


def names(page: Page) -> list[str]:
    """The products that can be seen."""
    return page.locator("#dishes h3:visible").all_inner_texts()


MEAL = """
venue = Venue.objects.get(pk=pk)
mains = Category.objects.create(menu=venue.menu, name="Meals", position=3, station="kitchen")
meal = Product.objects.create(category=mains, name="Meal", price="12.00")
for one in Allergen.values:
    ProductAllergen.objects.create(product=meal, allergen=one, state="free")
group = OptionGroup.objects.create(operator=venue.operator, name="Drink", minimum=1, maximum=1)
for place, (name, price) in enumerate({"Bitter": "2.00", "Water": "0"}.items()):
    part = Product.objects.get(category__menu=venue.menu, name=name)
    Option.objects.create(group=group, product=part, price=price, position=place)
ProductOptionGroup.objects.create(product=meal, group=group)
"""
NO_MEAL = """
OptionGroup.objects.get(name="Drink", operator__venues=pk).delete()
Product.objects.get(name="Meal", category__menu__venues=pk).delete()
Category.objects.get(name="Meals", menu__venues=pk).delete()
"""
ALL = ["Bitter", "Water", "Crumble", "Soup", "Pie"]


def test_what_is_typed_is_found_at_once_and_counted(menu: Page) -> None:
    search = menu.get_by_label("Search the menu")
    search.press_sequentially("SHORT crust")
    expect(menu.get_by_role("heading", name="Pie")).to_be_visible()
    assert names(menu) == ["Pie"]
    expect(menu.locator("#found")).to_have_text("1 found.")
    expect(menu.get_by_role("link", name="Beer")).to_be_hidden()
    search.fill("haggis")
    expect(menu.get_by_text("Nothing on the menu goes by “haggis”.")).to_be_visible()
    assert_no_barrier(menu, "nothing found")
    menu.get_by_role("button", name="Show the whole menu").click()
    assert names(menu) == ALL
    expect(search).to_be_focused()


def test_an_allergen_hides_what_has_or_may_have_it_and_marks_what_nobody_has_confirmed(menu: Page) -> None:
    menu.get_by_text("Allergens and diets").click()
    menu.get_by_label("Milk").check()
    assert names(menu) == ["Bitter", "Water", "Pie"]
    expect(menu.locator("#found")).to_contain_text("2 items are hidden by your allergens and diets.")
    menu.get_by_label("Milk").uncheck()
    menu.get_by_label("Nuts", exact=True).check()
    assert names(menu) == ALL
    crumble = menu.locator("[data-product]", has_text="Crumble")
    expect(crumble.get_by_text("Nuts: not confirmed")).to_have_class(re.compile("unknown"))
    expect(menu.locator("[data-product]", has_text="Soup").get_by_text("Nuts: not confirmed")).to_have_count(1)
    expect(menu.locator("[data-product]", has_text="Water").get_by_text("not confirmed")).to_have_count(0)
    expect(menu.get_by_text("None of the 14 allergens")).to_have_count(2)
    menu.get_by_label("Vegan", exact=True).check()
    assert names(menu) == ["Water"]
    assert_no_barrier(menu, "the filter")
    photograph(menu, "guest-filter")
    menu.reload()
    expect(menu.get_by_text(": hiding nuts; only vegan")).to_be_visible()
    assert names(menu) == ["Water"]
    menu.get_by_role("button", name="Show them").click()
    assert names(menu) == ALL


def test_a_vegan_dish_is_a_vegetarian_one(menu: Page) -> None:
    menu.get_by_text("Allergens and diets").click()
    menu.get_by_label("Vegetarian").check()
    assert names(menu) == ["Water", "Crumble"]


def test_without_javascript_the_menu_is_searched_and_filtered_by_its_address(browser: Browser, address: str) -> None:
    with watched(browser, address, javascript=False) as page:
        assert names(page) == ALL
        page.get_by_label("Search the menu").fill("u")
        page.get_by_text("Allergens and diets").click()
        page.get_by_label("Gluten").check()
        page.get_by_label("Nuts", exact=True).check()
        page.get_by_role("button", name="Find").click()
        assert names(page) == ["Crumble", "Soup", "Pie"]
        crumble = page.locator("[data-product]", has_text="Crumble")
        expect(crumble.get_by_text("Nuts: not confirmed")).to_be_visible()
        expect(page.get_by_label("Nuts", exact=True)).to_be_checked()
        expect(page.get_by_text("Sides, choose 2: Peas, Mash + £1.50, Chips + £2.00")).to_be_visible()


def test_options_are_taken_by_keyboard_within_their_bounds_with_the_price_in_the_button(menu: Page) -> None:
    menu.get_by_role("button", name="Choose options for Pie").press("Enter")
    sheet = menu.get_by_role("dialog", name="Pie")
    expect(sheet.get_by_label("Small")).to_be_checked()
    sheet.get_by_role("button", name="Add for £10.00").press("Enter")
    assert sheet.get_by_label("Peas").evaluate("box => box.validationMessage") == "Sides: choose at least 2."
    expect(sheet).to_be_visible()
    sheet.get_by_label("Small").press("ArrowDown")
    sheet.get_by_label("Peas").press("Space")
    sheet.get_by_label("Chips").press("Space")
    expect(sheet.get_by_label("Mash")).to_be_disabled()
    sheet.get_by_label("A note, if you like").fill("Well done")
    assert_no_barrier(menu, "the options")
    photograph(menu, "guest-options")
    sheet.get_by_role("button", name="Add for £15.00").press("Enter")
    expect(sheet).to_have_count(0)
    expect(menu.get_by_role("button", name="1 item See order £15.00")).to_be_visible()
    expect(menu.get_by_role("button", name="Choose, 1 in")).to_be_focused()
    told = menu.locator("body > [role=status]")
    expect(told).to_have_text("1 Pie in your order. Together 1 item, £15.00.")


def test_what_was_chosen_stays_when_the_menu_changes_under_it(pub: Pub, menu: Page) -> None:
    menu.get_by_role("button", name="Choose options for Pie").click()
    sheet = menu.get_by_role("dialog", name="Pie")
    sheet.get_by_label("Large").check()
    sheet.get_by_label("Mash").check()
    sheet.get_by_label("A note, if you like").fill("Well done")
    pub.option("Peas", available=False)
    pub.option("Mash", price="2.50")
    expect(sheet.get_by_role("button", name="Add for £15.50")).to_be_visible()
    expect(sheet.get_by_label("Peas")).to_be_disabled()
    expect(sheet.get_by_label("Large")).to_be_checked()
    expect(sheet.get_by_label("A note, if you like")).to_have_value("Well done")
    pub.option("Chips", available=False)
    expect(sheet.get_by_text("Too little of “Sides” is left to choose from.")).to_be_visible()
    expect(sheet.get_by_role("button", name="Add for £15.50")).to_be_disabled()
    assert_no_barrier(menu, "too few options")
    for option, price in (("Peas", "0"), ("Mash", "1.50"), ("Chips", "2.00")):
        pub.option(option, available=True, price=price)
    expect(sheet.get_by_role("button", name="Add for £14.50")).to_be_enabled()


@pytest.fixture
def meal(pub: Pub) -> Iterator[None]:
    """A combo with a pint or a water, while it is on the menu."""
    pub.office(MEAL, pk=pub.pk)
    yield
    pub.office(NO_MEAL, pk=pub.pk)


@pytest.mark.usefixtures("meal")
def test_a_combo_says_what_is_in_each_part_and_follows_what_can_be_had(pub: Pub, menu: Page) -> None:
    item = menu.locator("[data-product]", has_text="Meal")
    expect(item.get_by_text("Depending on the choice: gluten.")).to_be_visible()
    menu.get_by_text("Allergens and diets").click()
    menu.get_by_label("Gluten").check()
    expect(item).to_be_visible()  # there is water
    item.get_by_role("button", name="Choose options for Meal").click()
    sheet = menu.get_by_role("dialog", name="Meal")
    pint, water = sheet.get_by_role("radio", name="Bitter"), sheet.get_by_role("radio", name="Water")
    expect(water).to_be_checked()  # the first that suits whoever hides gluten
    expect(sheet.get_by_text("Contains gluten.")).to_be_visible()
    expect(sheet.get_by_text("None of the 14 allergens")).to_be_visible()
    assert_no_barrier(menu, "the parts of a combo")
    photograph(menu, "guest-combo")
    pub.sell("Bitter", available=False)
    expect(pint).to_be_disabled()
    pub.sell("Water", available=False)
    expect(sheet.get_by_text("Sold out meanwhile.")).to_be_visible()
    pub.sell("Bitter", available=True)
    pub.sell("Water", available=True)
    expect(pint).to_be_enabled()
    pint.check()
    sheet.get_by_role("button", name="Add for £14.00").click()
    menu.get_by_role("button", name="See order").click()
    order = menu.get_by_role("dialog", name="Your order")
    expect(order.get_by_text("18 or over. We may ask for proof of age.")).to_be_visible()
    order.get_by_role("button", name="Close").click()
    menu.get_by_label("Vegan", exact=True).check()
    expect(item).to_be_hidden()  # nobody has said that of the meal itself


def test_a_change_of_one_dish_leaves_the_others_alone_and_the_keyboard_where_it_was(pub: Pub, menu: Page) -> None:
    menu.get_by_role("button", name="Add Bitter").focus()
    menu.evaluate("window.before = document.querySelector('[data-product]')")
    pub.change("Soup", description="Of the day.")
    expect(menu.get_by_text("Of the day.")).to_be_visible()
    expect(menu.get_by_role("button", name="Add Bitter")).to_be_focused()
    assert menu.evaluate("window.before.isConnected")
    menu.get_by_role("button", name="Add Soup").click()
    expect(menu.get_by_role("button", name="One more, Soup")).to_be_focused()


def test_the_bar_of_sections_says_where_the_eye_is_and_never_moves_the_page(menu: Page) -> None:
    menu.set_viewport_size({"width": 390, "height": 500})
    expect(menu.get_by_role("link", name="Beer")).to_have_attribute("aria-current", "true")
    menu.evaluate("document.querySelectorAll('#dishes > section')[1].scrollIntoView()")
    at = menu.evaluate("scrollY")
    expect(menu.get_by_role("link", name="Kitchen")).to_have_attribute("aria-current", "true")
    expect(menu.get_by_role("link", name="Beer")).not_to_have_attribute("aria-current", "true")
    assert menu.evaluate("scrollY") == at


@pytest.mark.parametrize(
    ("locale", "lang", "add", "price", "unsure"),
    [
        ("de-AT", "de", "Dazu Bitter", "4,60\N{NO-BREAK SPACE}£", "Allergene: nicht bestätigt"),
        ("ar-EG", "ar", "أضف \u2068Bitter\u2069", "£4.60", "مسببات الحساسية الأخرى: غير مؤكدة"),
    ],
)
def test_the_page_speaks_the_guests_language(
    browser: Browser, address: str, locale: str, lang: str, add: str, price: str, unsure: str
) -> None:
    with watched(browser, address, locale=locale) as page:
        expect(page.get_by_role("button", name=add)).to_be_visible()
        root = page.locator("html")
        expect(root).to_have_attribute("lang", lang)
        assert root.get_attribute("dir") == ("rtl" if lang == "ar" else None)
        expect(page.locator(".price").first).to_have_text(price)
        assert_no_barrier(page, f"the menu, {lang}")
        page.get_by_role("button", name=add).click()
        expect(page.locator(".bar button")).to_contain_text(price)
        page.locator(".bar button").click()
        assert_no_barrier(page, f"the order, {lang}")
        photograph(page, f"guest-sheet-{lang}")
        page.set_viewport_size({"width": 320, "height": 640})
        assert_no_barrier(page, f"the order, {lang}, narrow")


def test_the_language_stays_when_the_menu_is_read_again(browser: Browser, pub: Pub, address: str) -> None:
    with watched(browser, address, locale="de-DE") as page:
        expect(page.get_by_role("button", name="Dazu Bitter")).to_be_visible()
        pub.sell("Water", available=False)
        expect(page.locator("[data-product]", has_text="Water").get_by_text("Ausverkauft")).to_be_visible()
        pub.sell("Water", available=True)
        expect(page.get_by_role("button", name="Dazu Water")).to_be_visible()


def test_nothing_is_wider_than_the_narrowest_phone_nor_at_twice_the_size(browser: Browser, address: str) -> None:
    with watched(browser, address, NARROW, scheme="dark") as page:
        page.get_by_text("Allergens and diets").click()
        assert_no_barrier(page, "narrow")
        page.set_viewport_size({"width": 195, "height": 422})  # 390 at 200 %
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0


def test_no_text_of_a_manager_is_ever_a_script(browser: Browser, running: Running) -> None:
    with pub_at(running, name=EVIL, note=EVIL, pay_sentence=EVIL) as pub, pub.board():
        for product in ("Bitter", "Pie"):
            pub.change(product, name=f"{product} {EVIL}", description=EVIL)
        pub.option("Small", name=EVIL)
        with watched(browser, pub.address(pub.table('"><u onclick=1>'))) as page:
            page.get_by_role("button", name="Add Bitter").click()
            page.get_by_role("button", name="Choose options for Pie").click()
            sheet = page.get_by_role("dialog")
            expect(sheet.get_by_text(EVIL, exact=True)).to_be_visible()
            sheet.get_by_label("Peas").check()
            sheet.get_by_label("Mash").check()
            sheet.get_by_role("button", name="Add for").click()
            page.get_by_label("Search the menu").fill(EVIL)
            page.get_by_role("button", name="See order").click()
            page.get_by_role("button", name="Add a note Bitter").click()
            page.get_by_label("Note Bitter").fill(EVIL)
            expect(page.get_by_role("heading", name='Your order for table "><u onclick=1>')).to_be_visible()
            page.get_by_role("button", name="Send to the bar").click()
            expect(page.locator("#orders").get_by_text(EVIL).first).to_be_visible()
            pub.pause(20, EVIL)
            expect(page.locator("#notes").get_by_text(EVIL)).to_be_visible()
            assert page.locator("img[src=x], u").count() == 0
            assert page.evaluate("window.hurt") is None
