"""Contrast of what pictures show, which tools that check pages cannot tell: WCAG 2.2, 1.4.3 and 1.4.11."""

import re

import pytest

from alerts.charts.svg import stylesheet

TEXT, GRAPHICS = 4.5, 3.0
TONES = ("plain", "good", "warn", "bad")
BAND_OPACITY = 0.09
SHEET = str(stylesheet())
BLOCKS = re.findall(r"{([^{}]*--chart-ink:[^{}]*)}", SHEET)
THEMES = [dict(re.findall(r"--chart-(\w+): #(\w{6})", block)) for block in BLOCKS]


def rgb(colour):
    return [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]


def luminance(colour):
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def papers(theme):
    """What lies behind a chart's lines: the page, and each band over it."""
    paper = rgb(theme["paper"])
    yield paper
    for tone in TONES:
        pairs = zip(rgb(theme[tone]), paper, strict=True)
        yield [BAND_OPACITY * over + (1 - BAND_OPACITY) * below for over, below in pairs]


def test_the_sheet_has_light_dark_and_print_and_bands_as_faint_as_said():
    assert len(THEMES) == 4
    assert f".chart-band {{ opacity: {BAND_OPACITY:.2f}".replace("0.", ".") in SHEET


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["ink", "muted", *TONES])
def test_texts_can_be_read(theme, name):
    assert contrast(rgb(theme[name]), rgb(theme["paper"])) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*"012345", *TONES, "muted"])
def test_lines_can_be_seen_also_on_bands(theme, name):
    assert min(contrast(rgb(theme[name]), paper) for paper in papers(theme)) >= GRAPHICS


def test_the_formula_is_wcags():
    assert contrast(rgb("000000"), rgb("ffffff")) == pytest.approx(21)
    assert contrast(rgb("767676"), rgb("ffffff")) == pytest.approx(4.54, abs=0.01)
