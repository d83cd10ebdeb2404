"""Faults from outside the product: a TCP proxy of ours that fails on command, at a named moment if asked."""
