#!/usr/bin/env python
"""Django's command line for onTap; `manage.py up` starts everything on this machine."""

import gc
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    gc.set_threshold(100_000, 50, 100)  # as in a server: collecting while all is imported is a sixth of the start
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontap.settings")
    execute_from_command_line(sys.argv)
