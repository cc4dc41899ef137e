"""Which series of a page count since when."""

import pytest

from collector.exposition import PageFormat, PageParser
from tests.collector.test_exposition import Known, parser_of

COUNTER = '# TYPE errors counter\nerrors_total{a="1"} 57\nerrors_created{a="1"} %s\n# EOF\n'


def created(text, page_format=PageFormat.OPENMETRICS, known=None):
    """Names and labels of the series that count, as text, with the seconds since when."""
    known = known or Known()
    found = PageParser(known.labels_of, known.number_of).parse(text, page_format).created
    return shown(known, found)


def shown(known, found):
    names = [",".join(known.labels[series].values()) for series in found.series.tolist()]
    return dict(zip(names, found.seconds.tolist(), strict=True))


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (COUNTER % 100, {"errors_total,1": 100}),
        (
            "# TYPE t histogram\n"
            't_bucket{a="1",le="1",z="2"} 1\nt_bucket{le="+Inf",a="1",z="2"} 2\n'
            't_bucket{a="1",z="2",le="9"} 2\n'
            't_count{a="1",z="2"} 2\nt_sum{a="1",z="2"} 3\nt_created{a="1",z="2"} 7\n# EOF\n',
            dict.fromkeys(
                ("t_bucket,1,1,2", "t_bucket,1,+Inf,2", "t_bucket,1,9,2", "t_count,1,2", "t_sum,1,2"), 7
            ),
        ),
        ('# TYPE t histogram\nt_bucket{le="1"} 1\nt_created 7\n# EOF\n', {"t_bucket,1": 7}),
        (
            '# TYPE s summary\ns{quantile="0.5"} 1\ns_count 2\ns_sum 3\ns_created 7\n# EOF\n',
            {"s_count": 7, "s_sum": 7},
        ),
        (  # the labels are another series'
            '# TYPE e counter\ne_total{a="2"} 1\ne_total{a="1"} 1\ne_created{a="1"} 7\n# EOF\n',
            {"e_total,1": 7},
        ),
        ("# TYPE e gauge\ne_total 1\ne_created 7\n# EOF\n", {}),
        ("e_total 1\ne_created 7\n# EOF\n", {}),
        (
            '# TYPE "my.errors" counter\n{"my.errors_total",a="1"} 1\n{"my.errors_created",a="1"} 7\n# EOF\n',
            {"my.errors_total,1": 7},
        ),
        (
            '# TYPE t histogram\nt_bucket{a="x,le=",le="1"} 1\nt_created{a="x,le="} 7\n# EOF\n',
            {"t_bucket,x,le=,1": 7},
        ),
    ],
)
def test_what_counts_is_told_by_its_family_and_labels(page, expected):
    assert created(page) == expected


def test_pages_of_the_text_format_say_nothing():
    assert created(COUNTER.replace("# EOF\n", "") % 100, PageFormat.TEXT) == {}


def test_samples_with_times_of_their_own_say_nothing():
    assert created("# TYPE e counter\ne_total 1 5\ne_created 7\n# EOF\n") == {}


def test_lines_that_relabelling_drops_tell_all_the_same():
    assert created(COUNTER % 100, known=Known(dropped={"errors_created"})) == {"errors_total,1": 100}
    assert created(COUNTER % 100, known=Known(dropped={"errors_total"})) == {}


def test_a_repeated_page_gives_the_new_times_of_the_same_series():
    parser = parser_of(Known(dropped={"errors_created"}))
    first = parser.parse(COUNTER % 100, PageFormat.OPENMETRICS).created
    second = parser.parse(COUNTER % 200, PageFormat.OPENMETRICS).created
    assert second.series is first.series
    assert (first.seconds.tolist(), second.seconds.tolist()) == ([100.0], [200.0])


@pytest.mark.parametrize("again", [COUNTER, COUNTER.replace("counter", "gauge"), "b 1\n# EOF\n"])
def test_pages_with_exemplars_are_looked_through_anew_only_where_they_differ(again):
    known, exemplar = Known(), ' # {trace="x"} 1'
    parser = parser_of(known)
    pages = [page.replace("57", "57" + exemplar).replace("%s", "9") for page in (COUNTER, again, COUNTER)]
    found = [shown(known, parser.parse(page, PageFormat.OPENMETRICS).created) for page in pages]
    assert found == [
        {"errors_total,1": 9},
        {"errors_total,1": 9} if again is COUNTER else {},
        {"errors_total,1": 9},
    ]


def test_lines_that_come_and_go_are_told_by_those_of_their_page():
    known = Known()
    parser = parser_of(known)
    more = '# TYPE errors counter\nerrors_total{a="2"} 3\nerrors_created{a="2"} 8\n'
    without = '# TYPE errors counter\nerrors_total{a="1"} 57\n'
    pages = [without, more + without, more + COUNTER.replace("# TYPE errors counter\n", "") % 9, COUNTER % 9]
    pages = [page.removesuffix("# EOF\n") + "# EOF\n" for page in pages]
    pages[1] = pages[1].replace("# TYPE errors counter\n", "", 1)
    found = [shown(known, parser.parse(page, PageFormat.OPENMETRICS).created) for page in pages]
    second = {"errors_total,2": 8}
    assert found == [{}, second, {**second, "errors_total,1": 9}, {"errors_total,1": 9}]
