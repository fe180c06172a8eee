-- What the platform asks of an app: rotating keys and tokens, granted scopes, and requests about a person's data.

ALTER TABLE shops
  ADD COLUMN identity_key bytea,                  -- keys the hashes of customers, sealed; null: derived from the secret that sealed signing_key
  ADD COLUMN scopes text;                         -- what the shop has granted, with commas; null: not known

CREATE TABLE token_renewals (                      -- who is renewing a shop's token now: a refresh token works once
  shop_id text PRIMARY KEY,
  holder  text NOT NULL,
  until   timestamptz NOT NULL                     -- a holder that was killed holds it no longer than this
);

CREATE TABLE privacy_requests (                    -- what was asked about a person, and when it was done; kept without the person
  shop_id     text NOT NULL,
  request_id  text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('data_request', 'customer_redact', 'shop_redact')),
  received_at timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,                -- 30 days later
  done_at     timestamptz,
  subject     bytea,                               -- whom a data request is about, sealed; null once it has expired, and for every other kind
  removed     jsonb NOT NULL DEFAULT '{}',         -- how many rows of each table were removed
  PRIMARY KEY (shop_id, request_id)
);
