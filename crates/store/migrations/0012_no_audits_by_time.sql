-- An audit entry's id has the order of time: nothing reads by the time beside it any more, and each entry paid for it.
DROP INDEX audits_by_time
