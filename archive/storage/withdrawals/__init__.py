"""Withdrawals: hiding, restoring and destroying articles, and removing secrets, without leftovers."""
