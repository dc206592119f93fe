"""What one request to the API may cost: settings of the section ``graphql``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Switch = Literal["auto", "on", "off"]
Answered = Literal["any", "trusted"]


def setting(default: Any, meaning: str, *, least: float | None = None, most: float | None = None) -> Any:
    """A field with its default, its meaning for the user, and the bounds of a number (both included)."""
    metadata = {"meaning": meaning, "least": least, "most": most}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLLimits:
    """What one request to the API may cost."""

    max_tokens: int = setting(2_000, "Most tokens in one document.", least=1)
    max_document_length: int = setting(
        32_000, "Longest document, in characters; long values are sent as variables.", least=100
    )
    max_fields: int = setting(500, "Most fields and fragments written in one document.", least=1)
    max_repetition: int = setting(
        10_000,
        "Most comparisons of fields with others of their name in one document: for each name how often it is written, "
        "times what is written with its arguments, halved.",
        least=1,
    )
    max_directives: int = setting(50, "Most directives in one document.", least=0)
    max_definitions: int = setting(50, "Most operations and fragments defined in one document.", least=1)
    max_depth: int = setting(12, "Deepest nesting of fields.", least=1)
    max_aliases: int = setting(30, "Most aliases in one document.", least=0)
    max_root_fields: int = setting(10, "Most fields at the root of one operation.", least=1)
    max_body_bytes: int = setting(100_000, "Largest request body, in bytes.", least=1_000)
    max_cost: int = setting(10_000, "Most nodes a document may ask for, counted before it runs.", least=1)
    max_page_size: int = setting(100, "Largest `first` of a list.", least=1, most=1_000)
    bucket_size: int = setting(
        100_000, "Cost that the documents of one token may sum up to at once; 0 for without end.", least=0
    )
    bucket_restored_per_s: int = setting(5_000, "How much of that comes back each second.", least=1)
    request_timeout_s: float = setting(10.0, "Longest time for one request, in seconds.", least=0.1)
    statement_timeout_s: float = setting(5.0, "Longest time for one SQL statement, in seconds.", least=0.1)
    introspection: Switch = setting(
        "auto", "Whether the schema may be asked for itself and GraphiQL is served; `auto` is on in development only."
    )
    documents: Answered = setting(
        "any", "Which documents are answered over HTTP: `any`, or only the `trusted` that `kizuna documents add` added."
    )
    max_sent_documents: int = setting(
        1_000, "Most documents kept that callers sent with a `documentId`; the oldest go first, 0 keeps none.", least=0
    )
