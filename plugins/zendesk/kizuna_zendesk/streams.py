"""Every collection that is read from Zendesk, and how."""

from __future__ import annotations

from datetime import timedelta

from kizuna import sdk
from kizuna_zendesk import mapping
from kizuna_zendesk.payloads import (
    Comment,
    Organization,
    OrganizationMembership,
    SatisfactionRating,
    Ticket,
    TicketMetric,
    User,
)
from kizuna_zendesk.readings import CursorExport, Nothing, PageCursor, SweptExport, TimeExport
from kizuna_zendesk.sideloads import Sideload, comments_of

EXPORT_PAGE = ("per_page", "1000")
LIST_PAGE = ("page[size]", "100")
RATED_WITHIN = timedelta(days=30)
"""A rating may be given or turned for weeks after it was offered, and the list is asked by time."""

ADMIN = "a token of an administrator (or an OAuth token of one, with scope read)"
AGENT = "a token of an agent who may see all tickets (or an OAuth token of one, with scope read)"


def streams(*, metrics_with_tickets: bool) -> tuple[sdk.AnyStream, ...]:
    """The streams in the order of a first load; ``metrics_with_tickets`` says where the measures come from."""
    return (
        organizations(),
        users(),
        tickets(with_metrics=metrics_with_tickets),
        comments(),
        satisfaction_ratings(),
        organization_memberships(),
        ticket_metrics(read=not metrics_with_tickets),
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
        version=Organization.changed_at,
        deleted=mapping.gone_organization,
        scope=ADMIN,
        sweep=True,
    )


def users() -> sdk.Stream[User]:
    return sdk.Stream(
        name="users",
        also=("user", "end_users", "agents"),
        payload=User,
        map=mapping.user,
        reading=CursorExport(
            path="/api/v2/incremental/users/cursor.json",
            items="users",
            params=(EXPORT_PAGE, ("include", "identities")),
            sideload=Sideload("identities"),
        ),
        version=lambda record: record.updated_at,
        deleted=mapping.gone_user,
        scope=ADMIN,
    )


def tickets(*, with_metrics: bool) -> sdk.Stream[Ticket]:
    sideload = (("include", "metric_sets"),) if with_metrics else ()
    return sdk.Stream(
        name="tickets",
        also=("ticket", "requests"),
        payload=Ticket,
        map=mapping.ticket,
        reading=CursorExport(
            path="/api/v2/incremental/tickets/cursor.json", items="tickets", params=(EXPORT_PAGE, *sideload)
        ),
        version=Ticket.changed_at,
        deleted=mapping.gone_ticket,
        scope=ADMIN,
    )


def comments() -> sdk.Stream[Comment]:
    return sdk.Stream(
        name="comments",
        also=("comment", "ticket_comments"),
        payload=Comment,
        map=mapping.comment,
        reading=TimeExport(
            path="/api/v2/incremental/ticket_events.json",
            items="ticket_events",
            params=(("include", "comment_events"),),
            split=comments_of,
        ),
        version=lambda record: record.created_at,
        scope=ADMIN,
    )


def satisfaction_ratings() -> sdk.Stream[SatisfactionRating]:
    return sdk.Stream(
        name="satisfaction_ratings",
        also=("satisfaction_rating", "csat"),
        payload=SatisfactionRating,
        map=mapping.satisfaction_rating,
        reading=sdk.Listing(
            path="/api/v2/satisfaction_ratings.json",
            payload=SatisfactionRating,
            items="satisfaction_ratings",
            paging=PageCursor(),
            params=(LIST_PAGE,),
            since=sdk.Since("start_time", lambda rating: rating.updated_at, form="epoch", overlap=RATED_WITHIN),
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
        reading=sdk.Listing(
            path="/api/v2/organization_memberships.json",
            payload=OrganizationMembership,
            items="organization_memberships",
            paging=PageCursor(),
            params=(LIST_PAGE,),
        ),
        version=lambda record: record.updated_at,
        scope=AGENT,
        sweep=True,
    )


def ticket_metrics(*, read: bool) -> sdk.Stream[TicketMetric]:
    listing = sdk.Listing(
        path="/api/v2/ticket_metrics.json",
        payload=TicketMetric,
        items="ticket_metrics",
        paging=PageCursor(),
        params=(LIST_PAGE,),
    )
    return sdk.Stream(
        name="ticket_metrics",
        also=("ticket_metric", "metric_sets"),
        payload=TicketMetric,
        map=mapping.ticket_metric,
        reading=listing if read else Nothing(),
        key=lambda record: str(record.id if record.id is not None else f"ticket-{record.ticket_id}"),
        version=lambda record: record.updated_at,
        scope=AGENT,
    )
