#!/usr/bin/env python
"""Django's command line with the portal's settings; see okoce/settings/."""

import sys

from okoce.settings.env import choose_settings_module

if __name__ == "__main__":
    choose_settings_module()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
