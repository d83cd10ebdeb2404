"""Addresses of venues."""

from django.urls import path, register_converter

from venues import views
from venues.api import MenuView
from venues.converters import ColourConverter, IdConverter, PictureConverter

register_converter(IdConverter, "id")
register_converter(ColourConverter, "colour")
register_converter(PictureConverter, "picture")

urlpatterns = [
    path("api/v1/venues/<id:venue_id>/menu", MenuView.as_view(), name="menu"),
    path("look/<colour:colour>.css", views.colour, name="colour"),
    path("media/pictures/<picture:name>.webp", views.picture, name="picture"),
    path("media/pictures/small/<picture:name>.webp", views.small_picture, name="small-picture"),
]
