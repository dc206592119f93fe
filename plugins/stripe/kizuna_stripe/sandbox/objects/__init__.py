"""Neutral records as Stripe shows them, in the shapes of version 2026-05-27.dahlia."""
