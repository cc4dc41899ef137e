-- Deterministic data: everything hangs on row numbers through PostgreSQL's own hash, nothing on random().
-- The variables are filled in by seed.py. Low product numbers sell best.
CREATE FUNCTION pg_temp.fraction(n bigint, salt bigint) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(n, salt) & 1048575) / 1048576.0;

CREATE FUNCTION pg_temp.pick(n bigint, salt bigint, upto integer, skew double precision DEFAULT 1) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 1 + floor(upto * pow(pg_temp.fraction(n, salt), skew))::integer;

INSERT INTO categories
SELECT c, (ARRAY['의류', '신발', '가전', '주방', '식품', '도서', '완구', '가구', '스포츠', '뷰티'])[1 + c % 10] || ' ' || c
FROM generate_series(1, $categories) AS c;

INSERT INTO products
SELECT p, 1 + p % $categories, '상품 ' || p, repeat('상품 ' || p || '의 상세 설명입니다. ', 12),
       1000 + 100 * (pg_temp.pick(p, 1, 490) - 1)
FROM generate_series(1, $products) AS p;

INSERT INTO stock (product_id, available, initial) SELECT product_id, 100000, 100000 FROM products;

INSERT INTO users SELECT u, '고객 ' || u FROM generate_series(1, $users) AS u;

INSERT INTO wallets SELECT user_id, 5000000 FROM users;

INSERT INTO wallet_ledger (user_id, amount, kind, at) SELECT user_id, 5000000, 'opening', $anchor FROM users;

INSERT INTO coupons (coupon_id, name, kind, value, cap, minimum, available, number, expires_at)
SELECT c, CASE WHEN c = 1 THEN '배너 선착순 500' WHEN c = 2 THEN '첫 구매 감사' ELSE '이벤트 ' || c END,
       CASE WHEN c % 2 = 1 THEN 'percent' ELSE 'fixed' END, CASE WHEN c % 2 = 1 THEN 10 ELSE 1000 END,
       10000, 10000, CASE WHEN c = 1 THEN 500 ELSE 100000 END,
       CASE c WHEN 1 THEN 500 WHEN 2 THEN 100000 + $users ELSE 100000 END, $anchor + interval '90 days'
FROM generate_series(1, 20) AS c;

INSERT INTO coupon_claims SELECT 2, user_id, $anchor FROM users;

CREATE TEMPORARY TABLE history AS
SELECT o AS order_id, product_id, max(pg_temp.pick(o * 8 + line, 5, 3)) AS quantity, p.price AS unit_price,
       $anchor - interval '14 days' * pg_temp.fraction(o, 3) AS paid_at
FROM generate_series(1, $orders) AS o, generate_series(1, 4) AS line, products AS p
WHERE line <= pg_temp.pick(o, 6, 4) AND p.product_id = pg_temp.pick(o * 8 + line, 4, $products, 1.6)
GROUP BY o, product_id, p.price;

INSERT INTO orders (order_id, user_id, subtotal, discount, status, reserved_at, paid_at)
SELECT order_id, pg_temp.pick(order_id, 2, $users), sum(quantity * unit_price), 0, 'confirmed', min(paid_at), min(paid_at)
FROM history GROUP BY order_id;

INSERT INTO order_items SELECT * FROM history;

INSERT INTO product_sales (product_id, hour, quantity)
SELECT product_id, date_trunc('hour', paid_at, 'UTC') AS hour, sum(quantity) FROM history GROUP BY product_id, hour;

SELECT setval(pg_get_serial_sequence('orders', 'order_id'), $orders);

INSERT INTO reviews
SELECT r, pg_temp.pick(r, 7, $products, 1.2), pg_temp.pick(r, 8, $users), 6 - pg_temp.pick(r, 9, 5, 1.8),
       pg_temp.pick(r, 10, 40) - 1, '배송이 빠르고 상품이 설명과 같습니다. 후기 ' || r,
       $anchor - interval '365 days' * pg_temp.fraction(r, 11)
FROM generate_series(1, $reviews) AS r;
