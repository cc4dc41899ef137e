"""The lists of products, on a real replica and Redis. 100 products stand in one category."""

import pytest

from commerce_app.switches import Switch

pytestmark = pytest.mark.servers


async def ask(client, path, **parameters):
    answer = await client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def results(shop, cache):
    samples = shop.metrics.cache_requests.collect()[0].samples
    return {s.labels["result"]: s.value for s in samples if s.value and s.labels["cache"] == cache}


@pytest.mark.parametrize("category", [{}, {"category": 1}])
async def test_pages_of_products_follow_each_other_to_the_end_and_miss_none(client, category):
    seen, cursor = [], {}
    while True:
        page = await ask(client, "/products", **category, **cursor)
        seen += [product["product_id"] for product in page["products"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == list(range(1, 101))


async def test_a_page_shows_the_prices_that_are_charged(client, primary):
    page = await ask(client, "/products")
    prices = await primary.fetch("SELECT product_id, price FROM products ORDER BY product_id LIMIT 20")
    assert [(each["product_id"], each["price"]) for each in page["products"]] == [
        tuple(row) for row in prices
    ]


async def test_a_page_comes_from_the_cache_the_second_time(client, shop):
    for _ in range(2):
        await client.get("/products", params={"cursor": 41})
    assert results(shop, "catalogue") == {"miss": 1, "hit": 1}


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/products?category=7", "no product in category 7 after 0"),
        ("/products?cursor=100", "no product after 100"),
        ("/products/ranking?category=7", "no category 7"),
        ("/products/101/bought-together", "no product 101"),
    ],
)
async def test_what_is_not_there_is_not_found(client, path, error):
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["error"]) == (404, error)


@pytest.mark.parametrize(
    "path",
    ["/products?cursor=-1", "/products?category=x", "/products?cursor=2147483648", "/products/2147483648"],
)
async def test_numbers_that_no_product_has_are_refused(client, path):
    assert (await client.get(path)).status_code == 422


@pytest.mark.parametrize("category", [{}, {"category": 1}])
async def test_the_ranking_is_of_the_pieces_sold_in_seven_days(client, primary, category):
    rows = await primary.fetch(
        "SELECT product_id, sum(quantity) AS sold FROM order_items "
        "WHERE paid_at > now() - interval '7 days' "
        "GROUP BY product_id ORDER BY sold DESC, product_id LIMIT 20"
    )
    ranking = (await ask(client, "/products/ranking", **category))["products"]
    assert [(each["product_id"], each["sold"]) for each in ranking] == [tuple(row) for row in rows]
    positions = [each["position"] for each in ranking]
    assert positions == sorted(positions)
    assert positions[0] == 1


async def test_the_ranking_agrees_with_what_a_product_page_says(client):
    ranked = (await ask(client, "/products/ranking", category=1))["products"][4]
    page = await ask(client, f"/products/{ranked['product_id']}")
    assert page["extras"]["standing"]["sales_position"] == ranked["position"]


async def test_what_is_bought_together_is_what_the_product_page_says(client):
    page, together = await ask(client, "/products/3"), await ask(client, "/products/3/bought-together")
    assert together == {"product_id": 3, "products": page["extras"]["bought_together"]}
    assert together["products"]


async def test_what_is_bought_together_is_left_out_in_read_only_mode(client, shop):
    shop.switches.set({Switch.READ_ONLY_EXTRAS: True})
    assert await ask(client, "/products/3/bought-together") == {"product_id": 3, "products": None}
    assert results(shop, "together") == {}


async def test_the_ranking_is_left_out_in_read_only_mode(client, shop):
    shop.switches.set({Switch.READ_ONLY_RANKING: True})
    assert await ask(client, "/products/ranking", category=1) == {"category_id": 1, "products": None}
    assert results(shop, "ranking") == {}


async def test_each_page_is_measured_as_its_own_route(client, shop):
    for path in ("/products", "/products/ranking", "/products/3/bought-together"):
        await client.get(path)
    counted = {
        sample.labels["http_route"]
        for sample in shop.metrics.request_seconds.collect()[0].samples
        if sample.name.endswith("_count") and sample.value
    }
    assert counted == {"/products", "/products/ranking", "/products/{product_id}/bought-together"}
