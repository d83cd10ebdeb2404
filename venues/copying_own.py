"""What a venue has of its own on its menu, made again for a venue that is made like it. A dozen queries."""

from django.db.models import QuerySet

from venues.copying_rows import OF_DIFFERENCE, copies, values_of
from venues.models import (
    AllergenState,
    Category,
    Product,
    ProductAllergen,
    ProductOptionGroup,
    Venue,
    VenueCategory,
    VenueProduct,
)

_OF_CATEGORY = {"id", "venue", "whose"}
_OF_PRODUCT = {"id", "venue", "category", "category_whose"}
_OF_PART = {"id", "product"}


def own_products(venue: Venue) -> QuerySet[Product]:
    """Those beside the menu that it uses: what it made beside another one stays there."""
    return Product.objects.filter(venue=venue, category__menu=venue.menu_id or 0)


def copy_own(venue: Venue, copy: Venue) -> None:
    """Its own categories and products, with allergens, groups of options, order, and what is hidden or not available.

    Nobody at the new place has said what is free of an allergen there: that is not confirmed. What contains one, or
    may, goes along.
    """
    old = list(Category.objects.filter(venue=venue, menu=venue.menu_id or 0).order_by("pk"))
    new = copies(old, copy, _OF_CATEGORY)
    for category in new:
        category.clean()
    Category.objects.bulk_create(new)
    sections = {one.pk: other for one, other in zip(old, new, strict=True)}
    products = list(own_products(venue).select_related("category").order_by("pk"))
    made = [_product(one, copy, sections.get(one.category_id, one.category)) for one in products]
    Product.objects.bulk_create(made)
    now = {one.pk: other for one, other in zip(products, made, strict=True)}
    said = ProductAllergen.objects.filter(product__in=now, state__in=_WARNINGS).order_by("pk")
    ProductAllergen.objects.bulk_create(
        ProductAllergen(product=now[row.product_id], **values_of(row, _OF_PART)) for row in said
    )
    links = ProductOptionGroup.objects.filter(product__in=now).order_by("pk")
    ProductOptionGroup.objects.bulk_create(
        ProductOptionGroup(product=now[row.product_id], **values_of(row, _OF_PART)) for row in links
    )
    hidden = VenueCategory.objects.filter(venue=venue, category__in=sections)
    VenueCategory.objects.bulk_create(
        VenueCategory(venue=copy, category=sections[row.category_id], **values_of(row, {"id", "venue", "category"}))
        for row in hidden
    )
    differences = VenueProduct.objects.filter(venue=venue, product__in=now)
    rows = [
        VenueProduct(venue=copy, product=now[row.product_id], **values_of(row, {*OF_DIFFERENCE, "product"}))
        for row in differences
    ]
    VenueProduct.objects.bulk_create(row for row in rows if row.differs)


_WARNINGS = (AllergenState.CONTAINS, AllergenState.MAY_CONTAIN)


def _product(row: Product, copy: Venue, section: Category) -> Product:
    return Product(venue=copy, category=section, category_whose=section.whose, **values_of(row, _OF_PRODUCT))
