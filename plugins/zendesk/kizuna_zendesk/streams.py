"""Every collection that is read from Zendesk, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from kizuna import sdk
from kizuna_zendesk import definitions, mapping, service_levels, surveys
from kizuna_zendesk.comments import TheseComments
from kizuna_zendesk.fields import with_values
from kizuna_zendesk.following import Followed
from kizuna_zendesk.followups import EachIdentity, EachMetric, MergedTickets, RewrittenComments
from kizuna_zendesk.payloads import (
    Comment,
    MetricEvent,
    Organization,
    OrganizationMembership,
    SatisfactionRating,
    Ticket,
    TicketMetric,
    User,
)
from kizuna_zendesk.readings import (
    CursorExport,
    DeskListing,
    Nothing,
    PageNumbers,
    SinceMilliseconds,
    SweptExport,
    TimeExport,
)
from kizuna_zendesk.scrubbed import WithScrubbed
from kizuna_zendesk.sideloads import Sideload, comments_of
from kizuna_zendesk.surveys import SurveyAnswers
from kizuna_zendesk.these import These

P = TypeVar("P", bound=sdk.Payload)
FIELDS = {"ticket_fields": "tickets", "user_fields": "users", "organization_fields": "organizations"}
PARTS = {"groups": "group", "brands": "brand", "ticket_forms": "form"}
EXPORT_PAGE = ("per_page", "1000")
LIST_PAGE = ("page[size]", "100")
RATED_WITHIN = timedelta(days=30)
"""A rating may be given or turned for weeks after it was offered, and the list is asked by time: how far back, unless told."""

ADMIN = "a token of an administrator (or an OAuth token of one, with scope read)"
AGENT = "a token of an agent who may see all tickets (or an OAuth token of one, with scope read)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an administrator may choose about the streams."""

    metrics_with_tickets: bool = True
    merges_from_audits: bool = True
    identities_with_users: bool = True
    sla_with_tickets: bool = False
    scrubbed_users: bool = True
    rated_within: timedelta = RATED_WITHIN


def streams(wishes: Wishes) -> tuple[sdk.AnyStream, ...]:
    """The streams in the order of a first load."""
    return (
        organizations(),
        users(wishes),
        tickets(wishes),
        comments(),
        satisfaction_ratings(wishes.rated_within),
        survey_responses(wishes.rated_within),
        organization_memberships(),
        ticket_metrics(read=not wishes.metrics_with_tickets),
        ticket_metric_events(),
        sla_policies(),
        custom_statuses(),
        *(parts(name, of) for name, of in PARTS.items()),
        *(fields(name, stream) for name, stream in FIELDS.items()),
    )


def organizations() -> sdk.Stream[Organization]:
    return sdk.Stream(
        name="organizations",
        also=("organization", "orgs"),
        payload=Organization,
        map=mapping.organization,
        reading=SweptExport(
            export=TimeExport(path="/api/v2/incremental/organizations.json", items="organizations"),
            path="/api/v2/organizations.json",
            params=(LIST_PAGE,),
        ),
        only=lambda named: These(items="organizations", one="organization", named=tuple(named)),
        version=Organization.changed_at,
        deleted=mapping.gone_organization,
        scope=ADMIN,
        sweep=True,
    )


def users(wishes: Wishes) -> sdk.Stream[User]:
    along = wishes.identities_with_users
    beside = (("include", "identities"),) if along else ()
    sideloads = (Sideload("identities"),)
    path = "/api/v2/incremental/users/cursor.json"
    export = CursorExport(path=path, items="users", params=(EXPORT_PAGE, *beside), sideloads=sideloads)
    follows = (EachIdentity(unless="identities" if along else None),)
    whole = Followed(export=export, follows=follows)

    def only(named: Sequence[sdk.Named]) -> These:
        return These(
            items="users",
            one="user",
            named=tuple(named),
            params=beside,
            sideloads=sideloads,
            follows=follows,
        )

    return sdk.Stream(
        name="users",
        also=("user", "end_users", "agents"),
        payload=User,
        map=mapping.user,
        reading=WithScrubbed(export=whole) if wishes.scrubbed_users else whole,
        only=only,
        version=lambda record: record.updated_at,
        deleted=mapping.gone_user,
        scope=ADMIN,
    )


def tickets(wishes: Wishes) -> sdk.Stream[Ticket]:
    asked = ["metric_sets"] if wishes.metrics_with_tickets else []
    asked += ["comment_count", *(["slas", "metric_events"] if wishes.sla_with_tickets else [])]
    beside = (("include", ",".join(asked)),)
    sideloads = (
        Sideload("metric_sets", owner="ticket_id", single="metric_set"),
        Sideload("metric_events", owner="ticket_id"),
    )
    path = "/api/v2/incremental/tickets/cursor.json"
    params = (EXPORT_PAGE, *beside)
    export = CursorExport(path=path, items="tickets", params=params, sideloads=sideloads, shaped=with_values)
    follows = (
        *((MergedTickets(),) if wishes.merges_from_audits else ()),
        *((EachMetric(),) if wishes.metrics_with_tickets else ()),
    )

    def only(named: Sequence[sdk.Named]) -> These:
        return These(
            items="tickets",
            one="ticket",
            named=tuple(named),
            params=beside,
            sideloads=sideloads,
            follows=follows,
            shaped=with_values,
        )

    return sdk.Stream(
        name="tickets",
        also=("ticket", "requests"),
        payload=Ticket,
        map=mapping.ticket,
        reading=Followed(export=export, follows=follows),
        only=only,
        version=Ticket.changed_at,
        deleted=mapping.gone_ticket,
        scope=ADMIN,
    )


def comments() -> sdk.Stream[Comment]:
    export = TimeExport(
        path="/api/v2/incremental/ticket_events.json",
        items="ticket_events",
        params=(("include", "comment_events"),),
        split=comments_of,
    )
    return sdk.Stream(
        name="comments",
        also=("comment", "ticket_comments"),
        payload=Comment,
        map=mapping.comment,
        reading=Followed(export=export, follows=(RewrittenComments(),)),
        only=lambda named: TheseComments(tuple(named)),
        version=lambda record: record.created_at,
        scope=ADMIN,
    )


def satisfaction_ratings(within: timedelta) -> sdk.Stream[SatisfactionRating]:
    return sdk.Stream(
        name="satisfaction_ratings",
        also=("satisfaction_rating", "csat"),
        payload=SatisfactionRating,
        map=mapping.satisfaction_rating,
        reading=DeskListing(
            path="/api/v2/satisfaction_ratings.json",
            payload=SatisfactionRating,
            items="satisfaction_ratings",
            params=(LIST_PAGE,),
            since=sdk.Since("start_time", lambda rating: rating.updated_at, form="epoch", overlap=within),
        ),
        version=lambda record: record.updated_at,
        scope=AGENT,
        optional=True,
    )


def organization_memberships() -> sdk.Stream[OrganizationMembership]:
    return sdk.Stream(
        name="organization_memberships",
        also=("organization_membership", "memberships"),
        payload=OrganizationMembership,
        map=mapping.organization_membership,
        reading=listing("organization_memberships", OrganizationMembership),
        version=lambda record: record.updated_at,
        scope=AGENT,
        sweep=True,
    )


def ticket_metrics(*, read: bool) -> sdk.Stream[TicketMetric]:
    return sdk.Stream(
        name="ticket_metrics",
        also=("ticket_metric", "metric_sets"),
        payload=TicketMetric,
        map=mapping.ticket_metric,
        reading=listing("ticket_metrics", TicketMetric) if read else Nothing(),
        key=lambda record: str(record.id if record.id is not None else f"ticket-{record.ticket_id}"),
        version=lambda record: record.updated_at,
        scope=AGENT,
    )


def survey_responses(within: timedelta) -> sdk.Stream[SurveyAnswers]:
    return sdk.Stream(
        name="survey_responses",
        also=("survey_response", "surveys"),
        payload=SurveyAnswers,
        map=surveys.survey_response,
        reading=DeskListing(
            path="/api/v2/guide/survey_responses",
            payload=SurveyAnswers,
            items="survey_responses",
            params=(("page[size]", "50"),),
            since=SinceMilliseconds("filter[created_at_start]", SurveyAnswers.changed_at, overlap=within),
        ),
        version=SurveyAnswers.changed_at,
        scope=AGENT,
        optional=True,
    )


def ticket_metric_events() -> sdk.Stream[MetricEvent]:
    return sdk.Stream(
        name="ticket_metric_events",
        also=("ticket_metric_event", "metric_events", "sla_events"),
        payload=MetricEvent,
        map=service_levels.metric_event,
        reading=TimeExport(path="/api/v2/incremental/ticket_metric_events.json", items="ticket_metric_events"),
        version=lambda record: record.time,
        deleted=service_levels.gone_event,
        scope=ADMIN,
        optional=True,
    )


def sla_policies() -> sdk.Stream[service_levels.Policy]:
    return sdk.Stream(
        name="sla_policies",
        also=("sla_policy", "slas"),
        payload=service_levels.Policy,
        map=service_levels.policy,
        reading=DeskListing(
            path="/api/v2/slas/policies.json",
            payload=service_levels.Policy,
            items="sla_policies",
            paging=PageNumbers(),
        ),
        version=lambda record: record.updated_at,
        scope=ADMIN,
        optional=True,
        sweep=True,
    )


def custom_statuses() -> sdk.Stream[definitions.CustomStatus]:
    return sdk.Stream(
        name="custom_statuses",
        also=("custom_status", "statuses"),
        payload=definitions.CustomStatus,
        map=definitions.custom_status,
        reading=DeskListing(
            path="/api/v2/custom_statuses.json",
            payload=definitions.CustomStatus,
            items="custom_statuses",
            paging=PageNumbers(),
        ),
        version=lambda record: record.updated_at,
        scope=AGENT,
        optional=True,
        sweep=True,
    )


def parts(name: str, of: str) -> sdk.Stream[definitions.Part]:
    """What the account calls these parts of its desk."""
    return sdk.Stream(
        name=name,
        also=(name.removesuffix("s"),),
        payload=definitions.Part,
        map=partial(definitions.part_of, of),
        reading=listing(name, definitions.Part),
        version=lambda record: record.updated_at,
        deleted=definitions.gone_part,
        scope=AGENT,
        optional=True,
        sweep=True,
    )


def fields(name: str, stream: str) -> sdk.Stream[definitions.FieldDefinition]:
    """The custom fields of that stream's records."""
    return sdk.Stream(
        name=name,
        also=(name.removesuffix("s"),),
        payload=definitions.FieldDefinition,
        map=partial(definitions.field_of, stream),
        reading=listing(name, definitions.FieldDefinition),
        version=lambda record: record.updated_at,
        scope=AGENT,
        optional=True,
        sweep=True,
    )


def listing(name: str, payload: type[P]) -> DeskListing[P]:
    """The whole list of that name."""
    return DeskListing(path=f"/api/v2/{name}.json", payload=payload, items=name, params=(LIST_PAGE,))
