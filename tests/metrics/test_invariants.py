"""What holds of metrics whatever they are given."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kizuna.metrics.backtest import Flagged, health_backtest
from kizuna.metrics.churn import MonthlyRate, annualise
from kizuna.metrics.currency import NativeBalance, fx
from kizuna.metrics.due import Due, DuePeriod, renewal_cohort
from kizuna.metrics.exact import half_up, total
from kizuna.metrics.foresight import Scored, Scores, health_foresight
from kizuna.metrics.growth import RollForward, mrr_rollforward
from kizuna.metrics.health import Factor, Factors, health_weighted
from kizuna.metrics.reasons import Reason
from kizuna.metrics.renewals import Outlook, renewal_projection
from kizuna.metrics.retention import Balance, Cohort, nrr_grr_cohort
from kizuna.metrics.surveys import Recommendations, nps

amounts = st.decimals(0, 10**9, places=3)
signed = st.decimals(-(10**9), 10**9, places=3)
shares = st.decimals(0, 1, places=6)
counts = st.integers(0, 10**6)
names = st.text("abcdefgh", min_size=1, max_size=1)
balances = st.builds(Balance, customer=names, start=st.none() | amounts, end=st.none() | amounts)
factors = st.builds(
    Factor, key=names, score=st.none() | st.decimals(0, 100, places=2), weight=st.decimals(0, 100, places=2)
)


@given(st.lists(balances, max_size=12))
def test_gross_retention_is_never_above_one_nor_above_net(customers):
    found = nrr_grr_cohort(Cohort(customers=tuple(customers)))

    if found.grr is None or found.nrr is None:
        assert (found.nrr, found.grr, found.logo_retention) == (None, None, None)
        assert found.reason in (Reason.EMPTY_COHORT, Reason.NO_DATA)
    else:
        assert 0 <= found.grr <= min(Fraction(1), found.nrr)
        assert found.reason is None


@given(st.lists(balances, max_size=12), st.randoms(use_true_random=False))
def test_retention_does_not_depend_on_the_order_of_customers(customers, random):
    mixed = random.sample(customers, len(customers))

    one, other = (nrr_grr_cohort(Cohort(customers=tuple(each))) for each in (customers, mixed))

    assert (one.nrr, one.grr, one.logo_retention, one.start) == (
        other.nrr,
        other.grr,
        other.logo_retention,
        other.start,
    )


@given(st.lists(amounts, max_size=8))
def test_a_cohort_of_newcomers_is_empty(ends):
    customers = tuple(Balance(customer=str(place), start=Decimal(0), end=end) for place, end in enumerate(ends))

    found = nrr_grr_cohort(Cohort(customers=customers))

    assert (found.nrr, found.grr, found.reason) == (None, None, Reason.EMPTY_COHORT)


@given(st.lists(factors, max_size=8, unique_by=lambda factor: factor.key))
def test_what_factors_contribute_sums_to_the_score_and_coverage_is_a_share(parts):
    found = health_weighted(Factors(factors=tuple(parts)))

    assert 0 <= found.coverage <= 1
    assert (found.score is None) == (found.coverage < Fraction(1, 2) or not found.contributions)
    if found.partial_score is not None:
        assert total(found.contributions.values()) == found.partial_score
        assert 0 <= found.partial_score <= 100


@given(amounts, shares, st.integers(0, 30))
def test_a_projection_never_rises_at_a_rate_of_at_most_one(base, rate, years):
    found = renewal_projection(Outlook(base=base, rates=(rate,), years=years))

    (values,) = (found.series or {}).values()
    assert len(values) == years
    assert values[:1] == ((Fraction(base),) if years else ())
    assert all(later <= earlier for earlier, later in pairwise(values))


@given(amounts, st.decimals(1, 2, places=4), st.integers(1, 20))
def test_a_projection_never_falls_at_a_rate_of_at_least_one(base, rate, years):
    found = renewal_projection(Outlook(base=base, rates=(rate,), years=years))

    (values,) = (found.series or {}).values()
    assert all(later >= earlier for earlier, later in pairwise(values))


@given(signed, amounts, amounts, amounts, amounts, amounts, signed)
def test_opening_and_all_movements_are_closing(start, new, expansion, back, contraction, churn, rates):
    found = mrr_rollforward(
        RollForward(
            start=start, new=new, expansion=expansion, reactivation=back, contraction=contraction, churn=churn, fx=rates
        )
    )

    assert found.end == Fraction(start) + (found.net_new or 0) + Fraction(rates)
    assert found.arr == 12 * (found.end or 0)


@given(
    amounts, st.lists(signed, max_size=6), st.decimals("0.001", 1000, places=3), st.decimals("0.001", 1000, places=3)
)
def test_balances_and_movements_and_rates_are_in_balance(start, moved, opening, closing):
    end = start + sum(moved, Decimal(0))

    found = fx(
        NativeBalance(
            start_native=start, end_native=end, movements_native=tuple(moved), rate_start=opening, rate_end=closing
        )
    )

    assert found.start + total(found.movements) + found.fx == found.end
    assert found.fx == Fraction(end) * (Fraction(closing) - Fraction(opening))


@given(shares)
def test_a_years_churn_is_at_least_a_months_and_at_most_all(rate):
    found = annualise(MonthlyRate(monthly_churn=rate)).annual_churn

    assert found is not None
    assert Fraction(rate) <= found <= 1


@given(counts, counts, counts)
def test_nps_lies_between_its_ends_and_nobody_has_none(promoters, passives, detractors):
    found = nps(Recommendations(promoters=promoters, passives=passives, detractors=detractors))

    assert (found.nps is None) == (promoters + passives + detractors == 0)
    assert found.nps is None or -100 <= found.nps <= 100


@given(counts, counts, counts, counts)
def test_an_interval_holds_its_share_and_lies_within_nought_and_one(both, only_flagged, only_churned, neither):
    found = health_backtest(
        Flagged(
            n=both + only_flagged + only_churned + neither,
            flagged=both + only_flagged,
            churned=both + only_churned,
            flagged_and_churned=both,
        )
    )

    for share, interval in ((found.recall, found.recall_interval), (found.precision, found.precision_interval)):
        assert (share is None) == (interval is None)
        if share is not None and interval is not None:
            assert 0 <= interval[0] <= interval[1] <= 1
            assert Fraction(interval[0]) - Fraction(1, 10**30) <= share <= Fraction(interval[1]) + Fraction(1, 10**30)


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=12))
def test_the_area_is_the_share_of_pairs_in_which_who_left_scored_lower(known):
    accounts = tuple(
        Scored(id=str(place), score=Decimal(score), churned=churned) for place, (score, churned) in enumerate(known)
    )
    pairs = [(gone, kept) for gone, left in known if left for kept, stays in known if not stays]

    found = health_foresight(Scores(accounts=accounts))

    won = sum(Fraction(gone < kept) + Fraction(int(gone == kept), 2) for gone, kept in pairs)
    assert found.auc == (won / len(pairs) if pairs else None)
    assert sum(one.accounts for one in found.deciles) == len(known)


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_half_away_from_nought_and_moves_by_half_a_place_at_most(value, places):
    rounded = half_up(value, places)

    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**places)
    assert Fraction(half_up(-value, places)) == -Fraction(rounded)


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
contracts = st.builds(
    Due,
    id=st.text("abcdefgh", min_size=1, max_size=3),
    ends=days,
    value=st.none() | amounts,
    renewed_on=st.none() | days,
    renewed_value=st.none() | amounts,
    declined_on=st.none() | days,
)


@given(st.lists(contracts, max_size=10, unique_by=lambda one: one.id), days, days, days)
def test_a_contract_due_is_renewed_or_lost_or_open(given_contracts, since, until, as_of):
    found = renewal_cohort(DuePeriod(since=since, until=until, as_of=as_of, contracts=tuple(given_contracts)))

    assert found.due == found.renewed + found.lost + found.open
    assert found.gross is None or found.net is None or 0 <= found.gross <= min(Fraction(1), found.net)
    assert (found.logo_renewal_rate is None) == (found.due == 0)
