"""The real PostgreSQL and Redis, each in a temporary folder on a free loopback port, to be stopped, killed and hung.

Nothing is imported here: the guard, which is started for every run, loads this package and must stay light.
"""
