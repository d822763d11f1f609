"""The Entity Reconciliation Service API 0.2, as OpenRefine and its kin speak it: its entities, types and properties.

Source: W3C Entity Reconciliation Community Group, Reconciliation Service API v0.2.
"""
