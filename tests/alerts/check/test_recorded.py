from pathlib import Path

from alerts.check.recorded import recorded_names
from alerts.compile import policies_of
from alerts.formats.files import load_slos


def test_all_that_the_shops_slos_record_is_known():
    slos = load_slos(Path("alerts/examples/shop.slo.yml"))
    names = recorded_names(slos, policies_of(slos))
    assert {"slo:objective:ratio", "slo:sli_error:ratio_rate5m"} <= names
