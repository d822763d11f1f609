"""What an answer is related to, as its header `Link` tells it: the same for ever, other formats, licence, dictionary.

Source: RFC 8288 (Web Linking); RFC 8631 (service-desc, service-doc); the IANA registry of link relations.
"""

from __future__ import annotations

from werkzeug.urls import iri_to_uri

from api.state import absolute
from exemptions.release import Release

QUERY_HEADER = "X-Registry-Query"

LONGEST_REPEATED = 500
"""Letters of a query that the links to other formats repeat. Proxies take a few kilobytes of headers, and a query may
have eight; next is in the answer itself too."""

LONGEST_TOLD = 1_500
"""Letters of a query, or of a link, that a header tells. Of a longer one the header says nothing: nginx as it comes
takes 4,096 bytes of headers, and the address that was asked with `release` added is the permanent one."""

_OPENAPI_MEDIA_TYPE = "application/vnd.oai.openapi+json"


def link(path: str, relation: str, media_type: str = "") -> str:
    """One link to an address of this site."""
    told_type = f'; type="{media_type}"' if media_type else ""
    return f'<{absolute(path)}>; rel="{relation}"{told_type}'


def link_header(release: Release, *own: str) -> tuple[str, str]:
    """The header of an answer made from `release`, with its own links first, those that are not too long."""
    told = [text for text in own if len(text) <= LONGEST_TOLD]
    return "Link", ", ".join((*told, release_links(release)))


def query_header(query: str) -> tuple[tuple[str, str], ...]:
    """The header that tells what was asked of a release; none for what is too long."""
    return ((QUERY_HEADER, query),) if len(query) <= LONGEST_TOLD else ()


def release_links(release: Release) -> str:
    """Where the meaning of the columns is told, and the licence of the release if it has one."""
    links: str = release.answers.get("links", lambda: _release_links(release))
    return links


def service_links(base_url: str) -> str:
    """Where the API is described, for programs and for people."""
    return (
        f'<{base_url}/openapi.json>; rel="service-desc"; type="{_OPENAPI_MEDIA_TYPE}", '
        f'<{base_url}/docs>; rel="service-doc"; type="text/html"'
    )


def _release_links(release: Release) -> str:
    links = [link("/diccionario", "describedby", "text/html")]
    license_url = release.manifest["license"]["url"]
    if license_url:
        links.append(f'<{iri_to_uri(license_url)}>; rel="license"')
    return ", ".join(links)
