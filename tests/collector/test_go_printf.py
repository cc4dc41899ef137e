import math

import pytest

from collector.go_printf import printf


@pytest.mark.parametrize(
    ("layout", "values", "expected"),
    [
        ("%x %X %x %x", (255, 255, "hi", -255), "ff FF 6869 -ff"),
        ("%x", (0.12345,), "0x1.f9a6b50b0f27cp-04"),
        ("%#x % x %o %b %c %U %q", (255, "hi", 8, 5, 97, 0x4E16, 65), "0xff 68 69 10 101 a U+4E16 'A'"),
        ("%d", (5.0,), "%!d(float64=5)"),
        ("%d %d", ("a", True), "%!d(string=a) %!d(bool=true)"),
        ("%s %s %s", (5, 5.5, "a"), "%!s(int=5) %!s(float64=5.5) a"),
        ("%t %t", (True, 1), "true %!t(int=1)"),
        ("%f %f", (5, "a"), "%!f(int=5) %!f(string=a)"),
        ("%v %s", ({"a": "b"}, {"a": "b"}), "map[a:b] map[a:b]"),
        ("%T %T %T", (1, 1.0, "a"), "int float64 string"),
        ("%5d|%-5d|%05d|%+d|% d", (42, 42, 42, 42, 42), "   42|42   |00042|+42| 42"),
        ("%6.2f|%-8.3f|%08.3f|%+.1f", (3.14159, 3.14159, -3.14159, 3.14159), "  3.14|3.142   |-003.142|+3.1"),
        ("%g %G %e %.3g", (1e21, 1e-7, 12345.678, 12345.678), "1e+21 1E-07 1.234568e+04 1.23e+04"),
        ("%08.2f|%+f|%f|% f|%f", (math.nan, math.nan, math.inf, math.inf, -math.inf),
         "     NaN|+NaN|+Inf| Inf|-Inf"),
        ("%.2s|%5.1s|%-5s|%5t", ("hello", "hello", "a", True), "he|    h|a    | true"),
        ("%d %d", (1,), "1 %!d(MISSING)"),
        ("%d", (1, 2, "a"), "1%!(EXTRA int=2, string=a)"),
        ("%z %", (5,), "%!z(int=5) %!(NOVERB)"),
        ("%.f", (2.6,), "3"),
    ],
)  # fmt: skip
def test_each_verb_prints_as_in_go(layout, values, expected):
    assert printf(layout, *values) == expected
