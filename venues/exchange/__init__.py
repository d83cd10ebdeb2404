"""A menu as a file for a spreadsheet, and back: XLSX with a sheet for each kind of row, CSV with one kind.

`columns` says what stands in a cell, `writing` makes a file of the rows; `files` reads one, `planning` compares it
with the rows and writes nothing, `applying` does exactly what the plan says.
"""
