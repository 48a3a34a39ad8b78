-- The ledger's epoch and the encoding that facts are kept in.
SELECT epoch, current_setting('server_encoding') FROM head
