"""What the pages of products show. A line of an order counts once it has a ``paid_at``."""

from commerce_app.database.statements import Statement

DETAIL = Statement.PRODUCT_DETAIL.sql("""
SELECT p.product_id, p.name, p.description, p.price, c.name AS category,
       rated.review_count, rated.rating, rated.helpful_median, latest.reviews
FROM products AS p
JOIN categories AS c USING (category_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS review_count, round(avg(rating), 2)::float8 AS rating,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY helpful) AS helpful_median
    FROM reviews WHERE product_id = p.product_id
) AS rated
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(row_to_json(recent)), '[]'::json)::text AS reviews
    FROM (SELECT u.name AS author, r.rating, r.body, r.created_at
          FROM reviews AS r JOIN users AS u USING (user_id)
          WHERE r.product_id = p.product_id ORDER BY r.created_at DESC LIMIT 5) AS recent
) AS latest
WHERE p.product_id = :product_id
""")

# Where the product stands in its category: by this week's sales and by rating.
STANDING = Statement.PRODUCT_STANDING.sql("""
SELECT sales_position, rating_position, products
FROM (
    SELECT p.product_id,
           rank() OVER (ORDER BY coalesce(week.sold, 0) DESC) AS sales_position,
           rank() OVER (ORDER BY coalesce(rated.rating, 0) DESC) AS rating_position,
           count(*) OVER () AS products
    FROM products AS p
    CROSS JOIN LATERAL (SELECT sum(quantity) AS sold FROM order_items
                        WHERE product_id = p.product_id AND paid_at > now() - interval '7 days') AS week
    CROSS JOIN LATERAL (SELECT avg(rating) AS rating FROM reviews
                        WHERE product_id = p.product_id) AS rated
    WHERE p.category_id = (SELECT category_id FROM products WHERE product_id = :product_id)
) AS ranked
WHERE product_id = :product_id
""")

BOUGHT_TOGETHER = Statement.BOUGHT_TOGETHER.sql("""
SELECT other.product_id, p.name, p.price, count(*) AS orders
FROM (SELECT order_id FROM order_items WHERE product_id = :product_id AND paid_at IS NOT NULL
      ORDER BY paid_at DESC LIMIT 200) AS recent
JOIN order_items AS other ON other.order_id = recent.order_id AND other.product_id <> :product_id
JOIN products AS p ON p.product_id = other.product_id
GROUP BY other.product_id, p.name, p.price
ORDER BY orders DESC, other.product_id LIMIT 5
""")

# Top 5 of the last 72 hours by quantity, ties by the latest payment.
POPULAR = Statement.POPULAR_PRODUCTS.sql("""
SELECT i.product_id, p.name, p.price, sum(i.quantity) AS sold
FROM order_items AS i JOIN products AS p USING (product_id)
WHERE i.paid_at > now() - interval '72 hours'
GROUP BY i.product_id, p.name, p.price
ORDER BY sold DESC, max(i.paid_at) DESC LIMIT 5
""")

EXISTS = Statement.BOUGHT_TOGETHER.sql("SELECT EXISTS (SELECT FROM products WHERE product_id = :product_id)")

# A page is found by the product that the one before ended with, so that the last is as cheap as the first.
CATALOGUE = Statement.CATALOGUE.sql("""
SELECT product_id, name, price, category_id FROM products
WHERE product_id > :after ORDER BY product_id LIMIT :limit
""")
CATEGORY = Statement.CATALOGUE.sql("""
SELECT product_id, name, price, category_id FROM products
WHERE category_id = :category_id AND product_id > :after ORDER BY product_id LIMIT :limit
""")

# Best sellers of 7 days, by the same lines as the standing of a product.
RANKING = Statement.RANKING.sql("""
SELECT rank() OVER (ORDER BY week.sold DESC) AS position, product_id, p.name, p.price, week.sold
FROM (SELECT product_id, sum(quantity) AS sold FROM order_items
      WHERE paid_at > now() - interval '7 days' GROUP BY product_id) AS week
JOIN products AS p USING (product_id)
ORDER BY week.sold DESC, product_id LIMIT :limit
""")
CATEGORY_RANKING = Statement.RANKING.sql("""
SELECT rank() OVER (ORDER BY week.sold DESC) AS position, p.product_id, p.name, p.price, week.sold
FROM products AS p
CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS sold FROM order_items
                    WHERE product_id = p.product_id AND paid_at > now() - interval '7 days') AS week
WHERE p.category_id = :category_id
ORDER BY week.sold DESC, p.product_id LIMIT :limit
""")
