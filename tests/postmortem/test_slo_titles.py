from postmortem.slo_titles import told_apart
from tests.postmortem.outages import objective


def titles(*slos):
    return [(slo.titled("en"), slo.titled("ko")) for slo in told_apart(slos)]


def test_one_name_in_two_services_is_told_with_its_service():
    found = titles(objective("reads", "shop"), objective("reads", "blog"), objective("orders", "shop"))
    assert found == [("reads (shop)",) * 2, ("reads (blog)",) * 2, ("orders", "orders")]


def test_one_title_of_two_names_is_told_with_its_service_in_its_language_alone():
    shop, blog = objective("orders", "shop"), objective("posts", "blog")
    same = [slo.model_copy(update={"title": {"en": "Success", "ko": slo.name}}) for slo in (shop, blog)]
    assert titles(*same) == [("Success (shop)", "orders"), ("Success (blog)", "posts")]
