-- What a shop's owner wants of its lists: pin, boost, bury, exclude, only.

CREATE TABLE rules (
  shop_id    text NOT NULL,
  rule_id    text NOT NULL,
  rule       jsonb NOT NULL,                       -- Rule, without its id
  created_at timestamptz NOT NULL,
  PRIMARY KEY (shop_id, rule_id)
);
