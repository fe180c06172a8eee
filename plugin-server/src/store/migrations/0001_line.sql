-- The straight line's tables. Every key begins with the shop, so that a distributed PostgreSQL can shard by it.

CREATE TABLE shops (
  shop_id         text PRIMARY KEY,               -- "demo.myshopify.com", or the name given to `vitrine import --shop`
  source          text NOT NULL CHECK (source IN ('shopify', 'file')),
  name            text NOT NULL,
  currency        text,
  timezone        text,
  publishable_key text NOT NULL UNIQUE,           -- "pk_" + raw P-256 public key, base64url: checks artifacts, names the collector's shop
  signing_key     bytea NOT NULL,                 -- private key (PKCS#8), sealed with VITRINE_SECRET
  storefront_url  text,
  installed_at    timestamptz NOT NULL,
  uninstalled_at  timestamptz
);

CREATE TABLE credentials (                         -- offline access tokens, sealed
  shop_id    text NOT NULL,
  session_id text NOT NULL,
  sealed     bytea NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (shop_id, session_id)
);

CREATE TABLE products (
  shop_id      text NOT NULL,
  product_id   text NOT NULL,
  title        text NOT NULL,
  handle       text,
  product_type text NOT NULL DEFAULT '',
  vendor       text NOT NULL DEFAULT '',
  tags         text[] NOT NULL DEFAULT '{}',
  price        double precision,                   -- lowest variant price, shop currency
  image_url    text,
  status       text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'draft', 'archived', 'deleted')),
  published    boolean NOT NULL DEFAULT true,      -- visible in the online store
  available    boolean NOT NULL DEFAULT true,      -- at least one variant can be bought now
  created_at   timestamptz,
  updated_at   timestamptz NOT NULL,               -- the shop's clock: an older delivery never overwrites a newer one
  PRIMARY KEY (shop_id, product_id)
);

CREATE TABLE variants (
  shop_id           text NOT NULL,
  variant_id        text NOT NULL,
  product_id        text NOT NULL,
  inventory_item_id text,
  price             double precision,
  tracked           boolean NOT NULL DEFAULT false,
  quantity          integer NOT NULL DEFAULT 0,
  PRIMARY KEY (shop_id, variant_id)
);
CREATE INDEX variants_product ON variants (shop_id, product_id);
CREATE INDEX variants_inventory ON variants (shop_id, inventory_item_id);

CREATE TABLE orders (
  shop_id      text NOT NULL,
  order_id     text NOT NULL,
  customer_key text,                               -- keyed hash of the shop's customer id; never a mail or a name
  ordered_at   timestamptz NOT NULL,
  currency     text,
  total        double precision,
  cancelled_at timestamptz,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (shop_id, order_id)
);
CREATE INDEX orders_time ON orders (shop_id, ordered_at);

CREATE TABLE order_lines (
  shop_id    text NOT NULL,
  order_id   text NOT NULL,
  line_id    text NOT NULL,
  product_id text NOT NULL,
  quantity   integer NOT NULL,
  unit_price double precision,
  PRIMARY KEY (shop_id, order_id, line_id)
);

CREATE TABLE events (
  shop_id     text NOT NULL,
  event_id    text NOT NULL,
  session_id  text NOT NULL,
  visitor_id  text,
  type        text NOT NULL,
  product_id  text,
  at          timestamptz NOT NULL,                -- the shopper's clock, clamped to the receipt
  received_at timestamptz NOT NULL,
  payload     jsonb NOT NULL,
  PRIMARY KEY (shop_id, event_id)
);
CREATE INDEX events_session ON events (shop_id, session_id, at);
CREATE INDEX events_type ON events (shop_id, type, at, event_id);
CREATE INDEX events_received ON events (shop_id, received_at);

CREATE TABLE imports (
  shop_id     text NOT NULL,
  import_id   text NOT NULL,
  kind        text NOT NULL,                       -- orders | order-lines | products | events | bulk-products | bulk-orders
  source      text NOT NULL,                       -- file name without its path, or bulk operation id
  status      text NOT NULL CHECK (status IN ('running', 'done', 'failed')),
  report      jsonb NOT NULL DEFAULT '{}',
  started_at  timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (shop_id, import_id)
);

CREATE TABLE webhook_deliveries (
  shop_id      text NOT NULL,
  topic        text NOT NULL,
  webhook_id   text NOT NULL,
  triggered_at timestamptz,
  received_at  timestamptz NOT NULL,
  body         text NOT NULL,
  handled_at   timestamptz,
  PRIMARY KEY (shop_id, topic, webhook_id)
);

CREATE TABLE training_runs (
  shop_id     text NOT NULL,
  run_id      text NOT NULL,
  family      text NOT NULL,
  status      text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  progress    jsonb NOT NULL DEFAULT '{}',         -- last TrainProgress
  history     jsonb NOT NULL DEFAULT '[]',         -- TrainProgress at the end of each epoch
  result      jsonb,                               -- { artifact, metrics, seconds } or { error }
  started_at  timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (shop_id, run_id)
);

CREATE TABLE artifacts (
  shop_id    text NOT NULL,
  hash       text NOT NULL,                        -- sha256 of the whole file, hex
  family     text NOT NULL,
  version    text NOT NULL,
  audience   text NOT NULL,
  bytes      bytea NOT NULL,
  manifest   jsonb NOT NULL,
  evaluation jsonb NOT NULL,                       -- Evaluation
  created_at timestamptz NOT NULL,
  PRIMARY KEY (shop_id, hash)
);

CREATE TABLE releases (
  shop_id      text NOT NULL,
  family       text NOT NULL,
  sequence     integer NOT NULL,                   -- 1, 2, 3 …; the highest is live
  hash         text NOT NULL,
  reason       text NOT NULL,                      -- publish | rollback
  published_at timestamptz NOT NULL,
  PRIMARY KEY (shop_id, family, sequence)
);
