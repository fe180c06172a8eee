-- Where an event came from, coarsely: a bucket of addresses under a key that changes every day (services/origin-bucket.ts).
-- It limits how much one address can weigh; it cannot be turned back into an address or followed from day to day.
ALTER TABLE events ADD COLUMN origin integer;
