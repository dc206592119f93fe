"""What a run records decides how it goes on; replayed after a death, it does nothing twice and forgets nothing."""

import asyncio

import pytest

from kizuna.errors import LeaseLost, TransientError
from kizuna.jobs import Claim, Job, SliceOutcome
from kizuna.jobs.run import Execution, follow

CLAIM = Claim(job="count", key="crm", run_id="crm-1", executor_id="first")


class Journal:
    """A journal in memory, which outlives the executions that write it; ``dies_at`` loses that record once."""

    def __init__(self, dies_at=None):
        self.records, self.slept_s, self._dies_at = [], [], dies_at
        self._position = 0

    def reopened(self):
        self._position = 0
        return self

    async def mark(self, work):
        return await self._record(work)

    async def slice(self, work):
        return await self._record(work)

    async def sleep(self, seconds):
        self.slept_s.append(seconds)

    async def _record(self, work):
        self._position += 1
        if self._position > len(self.records):
            record = await work()
            if self._position == self._dies_at:
                self._dies_at = None
                raise asyncio.CancelledError
            self.records.append(record)
        return self.records[self._position - 1]


def test_slices_are_numbered_and_summed_up():
    seen = []

    async def three_slices(context):
        seen.append((context.slice_number, context.attempt))
        return SliceOutcome(done=context.slice_number == 3, counts={"pages": 10, "rejected": context.slice_number})

    ending = followed(Journal(), three_slices)

    assert ending == {"state": "done", "reason": None, "counts": {"pages": 30, "rejected": 6}, "slices": 3}
    assert seen == [(1, 1), (2, 1), (3, 1)]


@pytest.mark.parametrize("death", [1, 2, 3, 4])
def test_a_death_before_any_record_repeats_only_what_was_not_recorded(death):
    seen, journal = [], Journal(dies_at=death)

    async def three_slices(context):
        seen.append(context.slice_number)
        return SliceOutcome(done=context.slice_number == 3, counts={"pages": 1})

    with pytest.raises(asyncio.CancelledError):
        followed(journal, three_slices)
    ending = followed(journal.reopened(), three_slices, dispatch=2)

    assert ending["counts"] == {"pages": 3}
    assert sorted(seen) == sorted([1, 2, 3] + [death - 1] * (death > 1))


def test_an_epoch_is_acquired_once_a_turn_and_grows_with_each():
    epochs, lease, journal = [], iter(range(1, 9)), Journal(dies_at=3)

    async def acquire(claim):
        return next(lease)

    async def three_slices(context):
        epochs.append((context.slice_number, context.epoch, context.attempt))
        return SliceOutcome(done=context.slice_number == 3)

    with pytest.raises(asyncio.CancelledError):
        followed(journal, three_slices, acquire_lease=acquire)
    followed(journal.reopened(), three_slices, acquire_lease=acquire, dispatch=2)

    assert epochs == [(1, 1, 1), (2, 1, 1), (2, 2, 2), (3, 2, 1)]


def test_a_lost_lease_is_acquired_again_while_the_run_is_still_ours():
    epochs, lease = [], iter(range(1, 9))

    async def acquire(claim):
        return next(lease)

    async def refused_at_first(context):
        epochs.append(context.epoch)
        if context.epoch == 1:
            raise LeaseLost("crm: epoch 1 is over")
        return SliceOutcome(done=True)

    ending = followed(Journal(), refused_at_first, acquire_lease=acquire)

    assert (ending["state"], epochs) == ("done", [1, 2])


def test_a_worker_that_was_replaced_does_not_take_the_lease():
    async def acquire(claim):
        pytest.fail("the lease was taken")

    async def never(context):
        pytest.fail("a slice was run")

    async def not_mine():
        return False

    ending = followed(Journal(), never, acquire_lease=acquire, still_mine=not_mine)

    assert ending["state"] == "parked"


def test_faults_in_a_row_wait_longer_and_then_park_the_run():
    journal = Journal()

    async def never_works(context):
        raise TransientError("not now")

    ending = followed(journal, never_works)

    assert (ending["state"], ending["reason"]) == ("parked", "not now (14 times in a row)")
    assert journal.slept_s == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60]


def test_a_vendors_own_wish_to_wait_is_granted():
    journal = Journal()

    async def banned_once(context):
        if context.attempt == 1:
            raise TransientError("too many requests", retry_after_s=77.0)
        return SliceOutcome(done=True)

    ending = followed(journal, banned_once)

    assert (ending["state"], journal.slept_s) == ("done", [77.0])


def test_a_bug_parks_the_run_soon_and_shows_its_kind_but_not_its_values():
    async def buggy(context):
        return SliceOutcome(done={"mail": "a@example.com"}["key of a customer"])

    ending = followed(Journal(), buggy)

    assert (ending["state"], ending["reason"]) == ("parked", "KeyError (3 times in a row)")


def test_only_deaths_in_the_same_slice_park_a_run():
    journal, deaths = Journal(), []

    async def fragile(context):
        deaths.append(context.slice_number)
        if deaths.count(context.slice_number) < 5:
            raise asyncio.CancelledError
        return SliceOutcome(done=context.slice_number == 3)

    endings = []
    for dispatch in range(1, 14):
        try:
            endings.append(followed(journal.reopened(), fragile, dispatch=dispatch))
        except asyncio.CancelledError:
            continue

    assert [ending["state"] for ending in endings] == ["done"]


def followed(journal, run_slice, *, acquire_lease=None, still_mine=None, dispatch=1):
    """How the run ends when a worker takes it up for the ``dispatch``-th time."""

    async def mine():
        return True

    execution = Execution(
        Job(name="count", run_slice=run_slice),
        CLAIM,
        {},
        dispatch=dispatch,
        acquire_lease=acquire_lease,
        still_mine=still_mine or mine,
    )
    return asyncio.run(follow(execution, journal, lambda: None))
