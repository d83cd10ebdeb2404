"""What the board's pages write in one way: money, and how far an order is."""

from decimal import Decimal

from django import template

from orders import page_words
from orders.models import Order
from orders.words import mark_of, word_of

register = template.Library()


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """An amount in the venue's currency: `{{ order.total|money:venue.currency }}`."""
    return page_words.money(amount, currency)


@register.filter
def word(order: Order) -> str:
    """How far an order is, in the board's one word."""
    return word_of(order.state, to_go=order.to_go)


@register.filter
def mark(order: Order) -> str:
    """The `data-is` of the mark beside that word."""
    return mark_of(order.state)
