"""What a page costs on the way to a phone: gunicorn, hashed and compressed files, an empty cache, counted by Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.audit.run import informs, weigh
from tests.audit.served import Served, served
from tests.audit.table import MOST_BYTES, MOST_REQUESTS
from tests.audit.walked import Walk
from tests.audit.weigh import Scales, Weight


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Served:
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


def too_much(weights: dict[str, Weight]) -> list[str]:
    return [
        f"{path} takes {weight.requests} requests, {weight.bytes:,} bytes: {weight.of_each}"
        for path, weight in weights.items()
        if not 1 <= weight.requests <= MOST_REQUESTS or not 1 <= weight.bytes <= MOST_BYTES
    ]


def test_a_page_that_informs_takes_3_requests_and_40_kilobytes_at_most(
    site: Served, browser: Browser, stylesheet: None
) -> None:
    pages = [page for page in Walk(site.url).go().pages if informs(page)]
    assert len(pages) >= 20
    weights = weigh(browser, site.url, pages)
    for path, weight in weights.items():
        print(f"{path:50} {weight.requests} {weight.bytes:7,}")
    assert not too_much(weights), "\n".join(too_much(weights))


def test_a_file_too_many_and_a_page_too_heavy_are_noticed(browser: Browser, tmp_path: Path) -> None:
    links = "".join(
        f'<link rel="stylesheet" href="data:text/css,p{{top:{number}px}}">' for number in range(4)
    )
    page = browser.new_page()
    page.route(
        "http://127.0.0.1:9/**",
        lambda route: route.fulfill(content_type="text/html", body=links + "x" * 41_000),
    )
    weight = Scales(page).weigh("http://127.0.0.1:9/")
    assert weight.bytes > MOST_BYTES
    assert weight.requests > MOST_REQUESTS
    assert len(too_much({"/": weight})) == 1
