"""The pages in a real browser, from real servers."""
