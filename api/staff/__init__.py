"""The staff's area: signing in, loading, approving, publishing, accounts and the audit, as pages below `/staff`."""
