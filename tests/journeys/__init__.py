"""Tests on real processes, from the outside: what a person starts, and what they see."""
