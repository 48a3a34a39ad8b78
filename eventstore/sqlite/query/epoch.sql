-- The ledger's epoch.
SELECT epoch FROM ledger
