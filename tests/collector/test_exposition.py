import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import ExpositionError
from collector.exposition import PageFormat, PageParser
from collector.families import Metadata
from collector.labels import Labels


class Known:
    """Numbers series in the order in which they come."""

    def __init__(self, dropped=()):
        self.labels = []
        self.dropped = dropped

    def labels_of(self, labels):
        return None if labels["__name__"] in self.dropped else Labels(labels)

    def number_of(self, labels):
        self.labels.append(dict(labels.pairs))
        return len(self.labels) - 1


def parser_of(known, **options):
    return PageParser(known.labels_of, known.number_of, **options)


def parse(text, page_format=PageFormat.TEXT):
    return parser_of(Known()).parse(text, page_format)


PAGE = '# HELP a says\n# TYPE a counter\na{x="1"} %s\nb 2\n\n'


def test_a_page_gives_series_and_values():
    known = Known()
    page = parser_of(known).parse(PAGE % 1, PageFormat.TEXT)
    assert known.labels == [{"__name__": "a", "x": "1"}, {"__name__": "b"}]
    assert page.values.tolist() == [1.0, 2.0]


def test_a_repeated_page_is_read_by_its_numbers_alone():
    known = Known()
    parser = parser_of(known)
    first = parser.parse(PAGE % 1, PageFormat.TEXT)
    second = parser.parse(PAGE % "2e3", PageFormat.TEXT)
    assert second.series is first.series
    assert second.values.tolist() == [2000.0, 2.0]
    assert len(known.labels) == 2


def test_a_series_that_comes_anew_does_not_number_the_others_again():
    known = Known()
    parser = parser_of(known)
    parser.parse(PAGE % 1, PageFormat.TEXT)
    page = parser.parse(PAGE % 1 + "c 3\n", PageFormat.TEXT)
    assert page.series.tolist() == [0, 1, 2]
    assert len(known.labels) == 3


def test_dropped_and_repeated_series_are_left_out():
    parser = parser_of(Known(dropped=("b",)))
    for value in (1, 5):
        page = parser.parse(f"a {value}\nb 2\na 9\nc 3\n", PageFormat.TEXT)
        assert page.values.tolist() == [float(value), 3.0]
        assert page.lines == 4


def test_timestamps_are_milliseconds_in_text_and_seconds_in_openmetrics():
    assert parse("a 1 1500\n").timed_ms.tolist() == [1500]
    assert parse("a 1 1.5\n# EOF\n", PageFormat.OPENMETRICS).timed_ms.tolist() == [1500]


def test_a_page_with_times_is_read_carefully_each_time():
    parser = parser_of(Known())
    for at in (1500, 1600):
        assert parser.parse(f"a 1 {at}\n", PageFormat.TEXT).timed_ms.tolist() == [at]


def test_exemplars_are_skipped():
    page = parse('a_total 3 # {trace="x # y"} 1 2\n# EOF\n', PageFormat.OPENMETRICS)
    assert page.values.tolist() == [3.0]


def test_metadata_is_kept():
    parser = parser_of(Known())
    parser.parse("# HELP a what\\nit is\n# TYPE a gauge\n# UNIT a seconds\na 1\n", PageFormat.TEXT)
    said = parser.metadata["a"]
    assert (said.type, said.help, said.unit) == ("gauge", "what\nit is", "seconds")


@pytest.mark.parametrize(
    ("text", "value"),
    [("NaN", math.nan), ("+Inf", math.inf), ("-inf", -math.inf), (".5", 0.5), ("1.e2", 100.0)],
)
def test_numbers_are_read_as_go_reads_them(text, value):
    (read,) = parse(f"a {text}\n").values.tolist()
    assert read == value or (math.isnan(read) and math.isnan(value))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a 1\nb\n", 2, "expected a value"),
        ("a one\n", 1, "expected a number"),
        ("a 1_000\n", 1, "expected a number"),
        ("a 0x10\n", 1, "expected a number"),
        ("a ١\n", 1, "expected a number"),
        ("a 1 2 3\n", 1, "at most a timestamp"),
        ("a 1 1.5\n", 1, "timestamp in milliseconds"),
        ("a 1 9999999999999999999999\n", 1, "expected a timestamp"),
        ("a 1 -9223372036854775808\n", 1, "expected a timestamp"),
        ('a{x="1} 1\n', 1, "expected"),
        ("a{x=1} 1\n", 1, "expected"),
        ('a{x="1",x="2"} 1\n', 1, "given twice"),
        ("{} 1\n", 1, "expected a metric name"),
        ("9a 1\n", 1, "expected a metric name"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, line, reason):
    with pytest.raises(ExpositionError, match=reason) as refused:
        parse(text)
    assert refused.value.line == line


@pytest.mark.parametrize("value", ["1_0", "x", "١"])
def test_a_repeated_page_is_no_laxer_than_the_first(value):
    parser = parser_of(Known())
    parser.parse(PAGE % 1, PageFormat.TEXT)
    with pytest.raises(ExpositionError, match="expected a number"):
        parser.parse(PAGE % value, PageFormat.TEXT)


@pytest.mark.parametrize(
    ("text", "reason"), [("a 1\n", "# EOF"), ("a 1\n# EOF\nb 2\n", "nothing after # EOF")]
)
def test_openmetrics_ends_with_eof(text, reason):
    with pytest.raises(ExpositionError, match=reason):
        parse(text, PageFormat.OPENMETRICS)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/plain; version=0.0.4", PageFormat.TEXT),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", PageFormat.OPENMETRICS),
        ("", PageFormat.TEXT),
    ],
)
def test_the_content_type_names_the_format(header, expected):
    assert PageFormat.of(header) is expected


@pytest.mark.parametrize(
    "line", ["a" * 2**20 + " 1", 'a{x="' + "y" * 2**20 + '"} 1', "# HELP a " + "y" * 2**20]
)
def test_a_line_over_a_mebibyte_is_refused(line):
    with pytest.raises(ExpositionError, match="line 2: expected a line of at most 1048576 characters"):
        parse(f"b 1\n{line}\n")


@given(st.lists(st.floats(), min_size=1, max_size=5))
def test_any_float_survives_its_spelling(numbers):
    parser = parser_of(Known())
    for shift in (0, 1):
        rotated = numbers[shift:] + numbers[:shift]
        text = "".join(f"m{n} {number!r}\n" for n, number in enumerate(rotated))
        read = parser.parse(text, PageFormat.TEXT).values.tolist()
        assert all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(read, rotated, strict=True))


@pytest.mark.parametrize("page_format", PageFormat)
def test_metadata_of_names_in_quotes(page_format):
    parser = parser_of(Known())
    text = '# HELP "my.metric" what it is\n# TYPE "my.metric" gauge\n{"my.metric","a.b"="c"} 1\n# EOF\n'
    assert parser.parse(text, page_format).values.tolist() == [1.0]
    assert parser.metadata == {"my.metric": Metadata("gauge", "what it is")}


def steps(parser, text):
    return sum(1 for _ in parser.parsing(text, PageFormat.TEXT))


LONG_LINES = "".join(f'a{{x="{n}{"y" * 20_000}"}} 1\n' for n in range(50))
_LABELS = ",".join(f'l{n}="1"' for n in range(900))
MANY_LABELS = "".join(f'a{{n="{n}",{_LABELS}}} 1\n' for n in range(50))
SHORT_LINES = "".join(f"a{n} 1\n" for n in range(10_000))


@pytest.mark.parametrize("text", [LONG_LINES, MANY_LABELS, SHORT_LINES], ids=["long", "labels", "short"])
def test_steps_grow_with_the_characters_of_a_page(text):
    parser = parser_of(Known())
    first, repeated = steps(parser, text), steps(parser, text)
    least = len(text) // 50_000
    assert min(first, repeated) >= least


@pytest.mark.parametrize("at", [0, 5_000, 9_999])
def test_a_page_that_changes_at_any_place_is_read_whole(at):
    parser = parser_of(Known())
    lines = SHORT_LINES.splitlines()
    parser.parse("\n".join(lines), PageFormat.TEXT)
    lines[at] = "b 2"
    values = parser.parse("\n".join(lines), PageFormat.TEXT).values
    assert (len(values), values[at]) == (10_000, 2.0)
    assert len(parser.parse("\n".join(lines[:-1]), PageFormat.TEXT).values) == 9_999


def test_series_beyond_the_limit_get_no_numbers():
    known = Known(dropped=("d",))
    text = "d 1\n" + SHORT_LINES
    with pytest.raises(ExpositionError, match=r"line 5: expected at most 3 samples .* \(sample_limit\)"):
        parser_of(known, most_kept=3).parse(text, PageFormat.TEXT)
    assert not known.labels


OM, TEXT = PageFormat.OPENMETRICS, PageFormat.TEXT


@pytest.mark.parametrize(
    ("page_format", "text", "reason"),
    [
        (TEXT, "a 1\r\n", "expected a number"),
        (TEXT, "\r\n", "expected a metric name"),
        (TEXT, "a 1\x0b\n", "expected a number"),
        (TEXT, "a 1e500\n", "expected a number that 64 bits hold"),
        (OM, "a -1e500\n# EOF\n", "expected a number that 64 bits hold"),
        (OM, "a 1\n\n# EOF\n", "expected a metric name"),
        (OM, "a 1\n# EOF\n\n", "nothing after # EOF"),
        (OM, "a 1\n# EOF\n# EOF\n", "nothing after # EOF"),
        (OM, "a 1\n# EOF \n", "expected # HELP"),
        (OM, "# so\n# EOF\n", "expected # HELP"),
        (OM, " a 1\n# EOF\n", "expected a metric name"),
        (OM, "a  1\n# EOF\n", "expected a value"),
        (OM, "a 1 \n# EOF\n", "expected a value"),
        (OM, 'a {x="1"} 1\n# EOF\n', "no space before the labels"),
        (OM, 'a{x="1",} 1\n# EOF\n', "expected label"),
        (OM, 'a{x="1"y="2"} 1\n# EOF\n', "expected label"),
        (OM, 'a{x="1", y="2"} 1\n# EOF\n', "expected label"),
        (OM, 'a 1 # {x="y"}\n# EOF\n', "exemplar"),
        (OM, 'a 1 # {x="y"} z\n# EOF\n', "expected a number"),
        (OM, 'a 1 # {x="y"} 1 NaN\n# EOF\n', "finite timestamp of an exemplar"),
        (OM, 'a 1 # {x="y"} 1 2 3\n# EOF\n', "exemplar"),
        (OM, 'a 1 # {9x="y"} 1\n# EOF\n', "of an exemplar"),
        (OM, "a 1 # 1\n# EOF\n", "exemplar"),
    ],
)
def test_what_prometheus_refuses_is_refused(page_format, text, reason):
    with pytest.raises(ExpositionError, match=reason):
        parse(text, page_format)


@pytest.mark.parametrize(
    ("page_format", "text"),
    [
        (TEXT, 'a{x="1"y="2"} 1\n'),
        (TEXT, 'a { x = "1" , y = "2", } 1 \n   \n'),
        (TEXT, "a 1e-500\n"),
        (TEXT, "#TYPE a foo\n# so\na 1"),
        (OM, 'a 1 5 # {} 1 2\n# EOF'),
        (OM, 'a{} 1 # {x="}",y="2"} 1\n# EOF\n'),
    ],
)  # fmt: skip
def test_what_prometheus_takes_is_taken(page_format, text):
    assert parse(text, page_format).lines == 1


@pytest.mark.parametrize("value", ["1e500", "-1E999", "1\r"])
def test_a_repeated_page_refuses_the_same_numbers(value):
    parser = parser_of(Known())
    parser.parse(PAGE % 1, TEXT)
    with pytest.raises(ExpositionError, match="expected a number"):
        parser.parse(PAGE % value, TEXT)


def test_a_repeated_page_may_be_infinite():
    parser = parser_of(Known())
    for value in (1, "+Inf"):
        page = parser.parse(PAGE % value, TEXT)
    assert page.values.tolist() == [math.inf, 2.0]


def test_lines_of_pages_that_are_refused_are_forgotten_too():
    parser = parser_of(Known(), most_kept=10)
    for page in range(20):
        with pytest.raises(ExpositionError, match="sample_limit"):
            parser.parse("".join(f"a{page}_{n} 1\n" for n in range(20)), TEXT)
    assert len(parser._known) <= 30


def test_a_broken_page_numbers_nothing_and_the_next_one_all():
    known = Known(dropped=("d",))
    parser = parser_of(known)
    page = "".join(f"a{n} 1\n" for n in range(300)) + "d 1\nb 2 1000\nb 2 2000\na7 5\n"
    with pytest.raises(ExpositionError):
        parser.parse(page + "broken\n", TEXT)
    assert not known.labels
    read = parser.parse(page, TEXT)
    assert read.series.tolist() == list(range(300))
    assert read.timed_series.tolist() == [300, 300]
    assert len(known.labels) == 301


def test_one_broken_page_does_not_make_a_parser_forget():
    known = Known()
    parser = parser_of(known)
    parser.parse(PAGE % 1, TEXT)
    with pytest.raises(ExpositionError):
        parser.parse("a one\n", TEXT)
    parser.parse(PAGE % 2 + "c 1\n", TEXT)
    assert len(known.labels) == 3


def layouts(first, second, first_format=PageFormat.TEXT, second_format=None):
    """What a parser reads of the second page after the first, and what one that knows nothing reads."""
    outcomes = []
    for pages in ([(first, first_format)], []):
        parser = PageParser(Labels, lambda labels: hash(labels) % 1000)
        for text, kind in pages:
            parser.parse(text, kind)
        try:
            page = parser.parse(second, second_format or first_format)
            outcomes.append((page.series.tolist(), page.values.tolist(), dict(parser.metadata)))
        except ExpositionError as error:
            outcomes.append(str(error))
    return outcomes


OPEN = PageFormat.OPENMETRICS


@pytest.mark.parametrize(
    ("first", "second", "first_format", "second_format"),
    [
        *[
            (text, text, OPEN, OPEN)
            for text in (
                'r_total 7 # {trace_id="abc"} 0.5 1700000000.123\n# EOF\n',
                'r_total 7 # {trace_id="abc"} 0.5\nb 1\n# EOF\n',
            )
        ],
        ("# TYPE a counter\na 1\n", "# TYPE a gauge\na 1\n", PageFormat.TEXT, PageFormat.TEXT),
        ("# TYPE a counter\na 1\n", "# TYPE a bananas\na 1\n", PageFormat.TEXT, PageFormat.TEXT),
        ("a 1\n# EOF\n", "a 1\n# NOTEOF\n", OPEN, OPEN),
        ("\na 1\n", "garbage!\na 2\n", PageFormat.TEXT, PageFormat.TEXT),
        ("a 1\n", "a 1\n", PageFormat.TEXT, OPEN),
        ("a 1 \nb 2\n", "a 1 \nb 2\n", PageFormat.TEXT, PageFormat.TEXT),
    ],
)
def test_a_page_that_looks_like_the_last_is_read_as_by_one_who_knows_nothing(
    first, second, first_format, second_format
):
    quick, careful = layouts(first, second, first_format, second_format)
    assert quick == careful


_LINES = st.sampled_from(
    [
        "a 1",
        "a 2",
        "b 3",
        'c{x="y"} 4',
        "d 5 # {} 6",
        "d 5 # {} 6 7",
        "e 8 9",
        "# TYPE a gauge",
        "# HELP a b",
        "f 1 ",
    ]
)


@given(st.lists(_LINES, max_size=5), st.lists(_LINES, max_size=5), st.sampled_from([PageFormat.TEXT, OPEN]))
def test_whatever_came_before_a_page_is_read_the_same(first, second, kind):
    end = ["# EOF", ""] if kind is OPEN else [""]
    before, now = ("\n".join([*lines, *end]) for lines in (first, second))
    try:
        PageParser(Labels, lambda _labels: 0).parse(before, kind)
    except ExpositionError:
        before = now
    try:
        quick, careful = layouts(before, now, kind)
    except ExpositionError:
        return
    assert quick == careful
