"""Files that were uploaded to change a menu and wait for a yes."""

from django.db import models

from venues.models.menu import Menu
from venues.models.people import User


class MenuImport(models.Model):
    """A file between its dry run and the yes of whoever uploaded it; one per person, for a day at most."""

    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_index=True)
    name = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name
