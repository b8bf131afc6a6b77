"""The reference that people read: everything of the document is on it."""

import pytest
from serving import SQLITE, Served
from test_sharing_pages import Tags

from aims.web.openapi import examples
from aims.web.openapi.document import operations
from aims.web.pages import SCRIPTED

pytestmark = SQLITE


@pytest.fixture
def tags(served: Served) -> Tags:
    """The page, read."""
    return Tags(served.client.get("/reference").text)


def test_it_is_a_page_that_runs_our_files_alone_and_may_be_kept(served: Served, tags: Tags):
    answer = served.client.get("/reference")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers.get_list("content-security-policy") == [SCRIPTED]
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = served.client.get("/reference", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert all(str(each["src"]).startswith("/static/") for each in tags.named("script"))
    for each in tags.named("link"):
        assert served.client.get(str(each["href"])).status_code == 200


def test_every_link_on_it_leads_somewhere(served: Served, tags: Tags):
    places = {about["id"] for _, about in tags.tags if "id" in about}

    for each in tags.named("a"):
        target = str(each["href"])
        if target.startswith("#"):
            assert target[1:] in places, target
        else:
            assert served.client.get(target).status_code == 200, target


def test_every_operation_is_on_it_with_what_it_takes(tags: Tags):
    places = {about["id"] for _, about in tags.tags if "id" in about}

    words = "\n".join(tags.text)
    for each in operations():
        if each.method != "HEAD":
            assert each.name in places
            assert each.summary in words
            assert each.path in words


def test_every_request_of_the_documentation_is_on_it_to_copy(served: Served, tags: Tags):
    words = "\n".join(tags.text)
    assert f"curl -X POST {served.base}/api/v1/images/generate" in words
    for each in examples.read("documentation"):
        lines = [line.strip() for line in each.body.strip().splitlines()]
        assert all(line in words for line in lines), each.name


def test_the_front_page_leads_to_it(served: Served):
    front = Tags(served.client.get("/").text)

    assert "/reference" in [each["href"] for each in front.named("a")]
