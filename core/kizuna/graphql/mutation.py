"""The changes one can make."""

from __future__ import annotations

import strawberry

from kizuna.graphql.mutations.checks import CheckMutations
from kizuna.graphql.mutations.connections import ConnectionMutations
from kizuna.graphql.mutations.fields import FieldMutations
from kizuna.graphql.mutations.identity import IdentityMutations
from kizuna.graphql.mutations.quarantine import QuarantineMutations
from kizuna.graphql.mutations.review import ReviewMutations
from kizuna.graphql.mutations.schedules import ScheduleMutations


@strawberry.type(description="Everything one can change. A wish that cannot be fulfilled is answered in `userErrors`.")
class Mutation(
    ConnectionMutations,
    CheckMutations,
    QuarantineMutations,
    ScheduleMutations,
    FieldMutations,
    IdentityMutations,
    ReviewMutations,
):
    pass
