"""The part of the suite that needs time to pass: the real engine reads the connector's own sandbox, in good and bad hours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from kizuna.plugins import configured
from kizuna.sandbox import SandboxState, VendorSandbox
from kizuna.sdk import AnyConnector
from kizuna.testing import disturbances, journeys, pace, rehearsal
from kizuna.testing.happenings import Move
from kizuna.testing.holding import Holding
from kizuna.testing.journeys import Journey
from kizuna.testing.line import Script
from kizuna.testing.rehearsal import Rehearsal
from kizuna.testing.stage import ADDRESS, Stage
from kizuna.testing.subject import NotChecked, Part


class Travelling(Holding):
    """Give ``sandbox``; the rest only where the vendor differs from most.

    ``travelled``: the streams that are read, all of them when left out; ``exempt`` says why one is not, by
    ``is_changed_over_time STREAM``. ``companies``: how large the world is. ``chosen``: settings beside the sandbox's own.
    ``short``: parameters, in a URL or a JSON body, whose values are replaced so that pages are short.
    ``deletes``, ``merges``: the kinds of ``kizuna.sandbox.KINDS`` that users of the vendor delete and merge, ``deletes``
    also streams of which single records are deleted; ``moves``: stream → how one of its records is changed, where no
    record of such a kind stands behind it; ``kept_as``: stream → the sandbox's collection, where its name is another;
    ``names_winners``: whether the vendor then says into which record one was merged.
    ``renewing``: secrets and settings with which the connector fetches its tokens, where others do not expire.
    ``within_others``: streams whose records come within those of others, as the vendor's sandbox keeps them apart.
    """

    travelled: ClassVar[Sequence[str]] = ()
    chosen: ClassVar[Mapping[str, Any]] = {}
    companies: ClassVar[int] = 5
    short: ClassVar[Mapping[str, str]] = {"limit": "4", "per_page": "4", "page_size": "4", "size": "4"}
    deletes: ClassVar[Sequence[str]] = ("account", "person")
    merges: ClassVar[Sequence[str]] = ("account",)
    moves: ClassVar[Mapping[str, Move]] = {}
    kept_as: ClassVar[Mapping[str, str]] = {}
    names_winners: ClassVar[bool] = True
    renewing: ClassVar[Mapping[str, Any]] = {}
    within_others: ClassVar[Sequence[str]] = ()

    def sandbox(self) -> VendorSandbox | None:
        """The simulated vendor, a new one each time."""
        return None

    def furnished(self, state: SandboxState) -> None:
        """Gives the simulated vendor, at the beginning of its time, records of which the world knows nothing."""

    def narrowed(self, state: SandboxState) -> None:
        """Makes the simulated vendor's pages short and its ceilings low, where ``short`` cannot."""

    def widened(self) -> Script | None:
        """Makes the simulated vendor have hundreds of custom fields, where questions name fields."""
        return None

    def test_is_changed_over_time(self, stream: str) -> None:
        self.hold(rehearsal.is_changed_over_time, self.part(stream), self.travelled, self.rehearsed)

    def test_is_deleted_over_time(self, stream: str) -> None:
        self.hold(rehearsal.is_deleted_over_time, self.part(stream), self.travelled, self.rehearsed)

    def test_replays_without_a_change(self) -> None:
        self.hold(journeys.replays_without_a_change, self.journey())

    def test_goes_on_after_a_kill(self) -> None:
        self.hold(journeys.goes_on_after_a_kill, self.journey())

    def test_keeps_ties_across_pages(self) -> None:
        self.hold(journeys.keeps_ties_across_pages, self.journey())

    def test_reads_on_while_records_change(self) -> None:
        self.hold(journeys.reads_on_while_records_change, self.journey())

    def test_follows_changes(self) -> None:
        self.hold(journeys.follows_changes, self.journey())

    def test_catches_late_records(self) -> None:
        self.hold(journeys.catches_late_records, self.journey())

    def test_comes_back_after_a_long_pause(self) -> None:
        self.hold(journeys.comes_back_after_a_long_pause, self.journey())

    def test_follows_deletes(self) -> None:
        self.hold(journeys.follows_deletes, self.journey())

    def test_follows_merges(self) -> None:
        self.hold(journeys.follows_merges, self.journey())

    def test_stands_bad_answers(self) -> None:
        self.hold(disturbances.stands_bad_answers, self.journey())

    def test_renews_a_token_in_mid_page(self) -> None:
        self.hold(disturbances.renews_a_token_in_mid_page, self.journey(self.renewing))

    def test_one_refused_stream_stops_no_other(self) -> None:
        self.hold(disturbances.one_refused_stream_stops_no_other, self.journey())

    def test_sets_poison_aside(self) -> None:
        self.hold(disturbances.sets_poison_aside, self.journey())

    def test_lives_with_new_fields(self) -> None:
        self.hold(disturbances.lives_with_new_fields, self.journey())

    def test_fits_many_fields_into_a_url(self) -> None:
        self.hold(pace.fits_many_fields_into_a_url, self.journey(), self.widened())

    def test_keeps_to_the_limits(self) -> None:
        self.hold(pace.keeps_to_the_limits, self.journey())

    def journey(self, given: Mapping[str, Any] | None = None) -> Journey:
        """The connector and its vendor, to be tried over time; ``given`` takes the place of the sandbox's secrets."""

        def connector(stage: Stage) -> AnyConnector:
            settings = {**stage.sandbox.settings(ADDRESS), **given} if given else stage.settings()
            return configured(self.connector, {**settings, **self.chosen}, {}, self.connector.key)

        return Journey(
            connector, self.stage, tuple(self.deletes), tuple(self.merges), self.names_winners, dict(self.moves)
        )

    def part(self, stream: str) -> Part:
        """The stream as one of those that are tried over time."""
        return Part(stream, self.kept_as.get(stream, stream))

    def rehearsed(self) -> Rehearsal:
        """What happens over time, found out once. Raises NotChecked when there is no sandbox."""
        suite: Any = type(self)  # a type checker takes no class for something that can be hashed
        return _rehearsed(suite)

    def stage(self) -> Stage:
        """The simulated vendor over a small world, at the beginning of its time. Raises NotChecked when there is none."""
        sandbox = self.sandbox()
        if sandbox is None:
            raise NotChecked("there is no sandbox to try it on; give one in `sandbox`, as `kizuna plugins new` does")
        return Stage(
            sandbox,
            companies=self.companies,
            narrowed=self._prepared,
            short=self.short,
            streams=self.travelled,
            within_others=self.within_others,
        )

    def _prepared(self, state: SandboxState) -> None:
        self.furnished(state)
        self.narrowed(state)


@cache
def _rehearsed(suite: Callable[[], Travelling]) -> Rehearsal:
    return rehearsal.rehearsed(suite().journey())
