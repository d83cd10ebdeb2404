"""Alerts: what needs somebody at a site, kept as rows, shown in admin and sent to whoever wants to hear of it."""
