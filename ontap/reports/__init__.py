"""Figures for people: the gateways' orders joined with ours, per venue and over venues.

A question (`question`) becomes rows (`rows`), counts and percentiles of them (`counts`, `spreads`), and a report of
sheets, charts and plates, which pages show (`views`) and spreadsheets read (`csv_files`).
"""
