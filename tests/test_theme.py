"""What templates may count on: plain data, macros, includes, and a fault that is told with its place."""

from __future__ import annotations

from typing import Any

import pytest

from generator.theme import TemplateFault, Templates


def made(templates: dict[str, str], **data: Any) -> str:
    return Templates(templates).render("page.html", "v1/d1/index.html", "", data).decode()


def test_a_key_comes_before_what_python_calls_so() -> None:
    assert made({"page.html": "{{ row.items }} {{ row.update }}"}, row={"items": "two", "update": 3}) == "two 3"


def test_what_is_no_key_may_be_asked_of_python() -> None:
    assert made({"page.html": "{% for k, v in row.items() %}{{ k }}={{ v }};{% endfor %}"}, row={"a": 1}) == "a=1;"


def test_a_missing_key_is_a_fault_in_its_line() -> None:
    with pytest.raises(TemplateFault) as fault:
        made({"page.html": "words\n{% include 'part.html' %}", "part.html": "more\n\n  {{ row.nothing }}"}, row={})
    assert str(fault.value.diagnostic.span) == "templates/part.html:3:3"


def test_a_call_of_what_is_not_there_is_a_fault() -> None:
    with pytest.raises(TemplateFault):
        made({"page.html": "{{ nothing() }}"})


def test_text_is_escaped_and_what_macros_make_is_not_escaped_again() -> None:
    templates = {
        "page.html": "{% from 'part.html' import strong with context %}{% for w in words %}{{ strong(w) }}{% endfor %}",
        "part.html": "{% macro strong(words, tag='b') %}<{{ tag }}>{{ words }}{{ mark }}</{{ tag }}>{% endmacro %}",
    }
    assert made(templates, words=["A & B", "<i>"], mark="!") == "<b>A &amp; B!</b><b>&lt;i&gt;!</b>"


def test_a_part_sees_what_stands_around_it_each_time() -> None:
    templates = {
        "page.html": "{% for n in [1, 2] %}{% set m = n * 2 %}{% include 'part.html' %}{% endfor %}",
        "part.html": "{{ n }}{{ m }}{{ href('v1/d2/index.html', 'fn1') }};",
    }
    assert made(templates) == "12../d2/index.html#fn1;24../d2/index.html#fn1;"
