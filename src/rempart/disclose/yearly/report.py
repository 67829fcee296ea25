"""Draws up a report: every sheet of the template, filled from the figures of a period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from rempart.cases.dated import Standing, standing
from rempart.disclose.history import Figures, History, Period
from rempart.disclose.history.classifiers import Classifier, classifiers
from rempart.disclose.plain_csv import Cell
from rempart.disclose.transparency_database.privacy import personal_in
from rempart.disclose.yearly.template import Template, TemplateSheet, is_early, template_for
from rempart.model import Layer


class Provider(NamedTuple):
    """What the community says of itself. `texts`: of the qualitative part, by indicator number (1
    to 11), where somebody wrote another than the draft. `apart`: harms counted in a row of their
    own (see `categories`)."""

    name: str
    language: str = "en"
    texts: Mapping[int, str] = MappingProxyType({})
    apart: tuple[str, ...] = ()


class Sheet(NamedTuple):
    """`rows` without the header. The first rows lie where the template has them."""

    of: TemplateSheet
    rows: list[list[Cell]]


class Report(NamedTuple):
    """`warnings`: what the person who publishes it should know. `standing` None: no tier is
    declared, and it is filled as for an online platform."""

    period: Period
    template: Template
    sheets: list[Sheet]
    standing: Standing | None
    warnings: list[str]
    as_of: int
    provider: Provider


class Ground(NamedTuple):
    """What every sheet is filled from."""

    figures: Figures
    period: Period
    provider: Provider
    layer: Layer
    standing: Standing | None
    published: date | None
    previous: date | None
    classifiers: list[Classifier]
    own_classifiers: list[Classifier]

    @property
    def language(self) -> str:
        return self.provider.language


def draw_up(
    history: History,
    period: Period,
    provider: Provider,
    *,
    published: date | None = None,
    previous: date | None = None,
) -> Report:
    """Pure. `published`: the day of publication (None: a draft); `previous`: of the latest report
    before this one."""
    from rempart.disclose.yearly.sheets import FILLERS

    template = template_for(period.first_day)
    figures = Figures(history, period)
    now = standing(history.declared.said, period.last_day)
    ground = Ground(
        figures,
        period,
        provider,
        Layer.PLATFORM if now is None else now.layer,
        now,
        published,
        previous,
        classifiers(figures),
        classifiers(figures, own_initiative=True),
    )
    sheets = [Sheet(sheet, FILLERS[sheet.n](ground, sheet)) for sheet in template.sheets]
    return Report(period, template, sheets, now, _warnings(ground), history.as_of, provider)


def _warnings(ground: Ground) -> list[str]:
    found = []
    if not ground.provider.name:
        found.append("the name of the provider is empty: set it as [community] name")
    if is_early(ground.period.last_day):
        found.append("reports have this form from July 2025 on: an earlier one is not owed")
    if ground.standing is None:
        found.append("no tier is declared for this period: filled as for an online platform")
    elif ground.standing.exempt:
        found.append(
            "a micro or small enterprise owes no such report (art. 15(2)); it may publish one"
        )
    if (
        ground.layer is Layer.VERY_LARGE
        and ground.period.first_day.month == 1
        and (ground.period.last_day.month == 12)
    ):
        found.append("a very large platform reports by half-years: ask for half 1 and half 2")
    if any(any(personal_in(text)) for text in ground.provider.texts.values()):
        found.append("a text of sheet 11 holds what looks like personal data: everybody reads it")
    if ground.published is None:
        found.append("a draft: the day of publication is empty until it is published")
    return found
