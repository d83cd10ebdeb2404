"""A year and more of tracked orders, made inside PostgreSQL: a million of them in a minute."""

from typing import LiteralString

import psycopg

SEED = 0.4
LAST = "2026-11-20"  # the day of the newest
JOINED = 0.6

# A pub is open from noon to eleven; rows come in the order of their time, as they would have been written.
TRACKED: LiteralString = """
INSERT INTO tracker_trackedorder
    (venue_id, uuid, name, type, state, tag, paged, started_at, located_at, cleared_at, table_number,
     order_placed_at, order_accepted_at, order_ready_at, order_completed_at, order_table, order_id)
SELECT venue, gen_random_uuid(), (1 + g %% 60)::text,
       CASE WHEN to_go THEN 'TO_GO' ELSE 'ON_PREMISE' END, 'cleared',
       CASE WHEN located THEN (100 + table_number)::text ELSE '' END, to_go, started,
       CASE WHEN located THEN started + walk END,
       started + walk + work + stay,
       CASE WHEN located THEN table_number::text ELSE '' END,
       CASE WHEN joined THEN started - asked END,
       CASE WHEN joined THEN started END,
       CASE WHEN joined AND marked THEN started + work * 0.7 END,
       CASE WHEN joined AND marked THEN started + work END,
       CASE WHEN joined THEN (CASE WHEN moved THEN 1 + (table_number + 6) %% %(tables)s ELSE table_number END)::text
            ELSE '' END,
       CASE WHEN joined THEN gen_random_uuid() END
FROM (
    SELECT g, 1 + g %% %(venues)s AS venue,
           timestamptz %(last)s - make_interval(days => %(days)s - 1)
               + make_interval(days => (g::bigint * %(days)s / %(rows)s)::int)
               + interval '12 hours' + (random() + random()) * interval '330 minutes' AS started,
           interval '20 seconds' + random() * random() * interval '8 minutes' AS walk,
           interval '2 minutes' + random() * random() * interval '22 minutes' AS work,
           random() * random() * interval '40 minutes' AS stay,
           interval '5 seconds' + random() * random() * interval '4 minutes' AS asked,
           1 + floor(random() * random() * %(tables)s)::int AS table_number,
           random() < 0.08 AS to_go, random() < 0.94 AS located, random() < 0.6 AS joined,
           random() < 0.8 AS marked, random() < 0.06 AS moved
    FROM generate_series(0, %(rows)s - 1) AS g
    OFFSET 0
) AS made
ORDER BY g
"""

ORDERS: LiteralString = """
INSERT INTO orders_order
    (id, venue_id, table_id, session_id, table_number, business_date, number, placed_at, placed_seq, order_items,
     lines_json, content_hash, total, by_staff, verified, first_of_session, to_go, state, order_status, reason,
     changed_by, seq, accepted_at, finished_at, undo_state, undo_status, tracker_number, location_mismatch,
     tracker_state, tracker_type)
SELECT order_id, venue_id, 1, 1, order_table, order_placed_at::date, id, order_placed_at, id, '{"1":1,"2":1}',
       repeat('x', 400), repeat('0', 32), 9.20, false, true, false, type = 'TO_GO', 'completed', 'completed', '',
       'Sam', id, order_accepted_at, cleared_at, '', '', name, false, '', ''
FROM tracker_trackedorder WHERE order_id IS NOT NULL ORDER BY id
"""

LINES: LiteralString = """
INSERT INTO orders_orderline
    (order_id, position, product_id, name, quantity, unit_price, tax_rate, options, note, allergens, station, counted)
SELECT tracked.order_id, position, product, 'Drink ' || product, 1 + product %% 3, 4.60, 20, '', '', '', 'bar', false
FROM tracker_trackedorder AS tracked,
     generate_series(0, 1) AS position,
     LATERAL (  -- that names the row, or it would be the same product for all
         SELECT 1 + floor(random() * random() * %(products)s)::int + position * 0 * tracked.id::int AS product
     ) AS one
WHERE tracked.order_id IS NOT NULL ORDER BY tracked.id, position
"""


def fill(
    address: str, *, rows: int, venues: int, days: int, tables: int = 50, products: int = 40, last: str = LAST
) -> None:
    """`rows` tracked orders over the venues 1 to `venues`, JOINED of them joined to an order with two lines."""
    how = {"rows": rows, "venues": venues, "days": days, "tables": tables, "products": products, "last": last}
    # Values as literals: a statement with placeholders would be planned for values that are not known.
    with psycopg.connect(address, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET session_replication_role = replica")  # no foreign key is looked up a million times
        connection.execute("SELECT setseed(%s)", [SEED])
        for statement in (TRACKED, ORDERS, LINES):
            connection.execute(statement, how)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
