-- What a daily update goes on from, and why a run was made.

CREATE TABLE learned_models (                        -- trainable; never leaves the server
  shop_id        text NOT NULL,
  hash           text NOT NULL,                      -- the artifact it shipped as
  bytes          bytea NOT NULL,                     -- pipeline/train/update/learned-model.ts
  items          text[] NOT NULL,                    -- product ids that have a row
  scores         jsonb NOT NULL DEFAULT '[]',        -- the last updates' models on what came after them, oldest first
  wants_training text,                               -- why the next run should be a full training; null: it need not be
  full_at        timestamptz NOT NULL,               -- the full training it goes back to
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (shop_id, hash)
);

ALTER TABLE training_runs
  ADD COLUMN kind text NOT NULL DEFAULT 'training' CHECK (kind IN ('training', 'update')),
  ADD COLUMN reason text;                            -- why it was asked for, where the schedule did
