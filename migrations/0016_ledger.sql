-- +goose Up

INSERT INTO content_counter (scope, shard) SELECT 'ledger', shard FROM generate_series(0, 7) shard;

-- The public log (domain.md section 7, internal/ledger). A line is written in the
-- transaction of what it tells, and is never changed.
CREATE TABLE ledger_entry (
    id        uuid PRIMARY KEY,
    seq       bigint GENERATED ALWAYS AS IDENTITY,    -- order of writing; its gaps mean nothing
    kind      text COLLATE "C" NOT NULL,
    subject   uuid NOT NULL,
    region    text COLLATE "C" NOT NULL,
    leaf      bytea NOT NULL CHECK (length(leaf) < 65536),  -- the bytes that are hashed: an entry bundle gives a length two bytes
    leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32)
);
CREATE INDEX ledger_entry_subject ON ledger_entry (subject, seq);
CREATE INDEX ledger_entry_kind ON ledger_entry (kind, seq DESC);
CREATE TRIGGER ledger_entry_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Lines that have no position in the tree yet. No foreign key: a line is never removed, it
-- is written in the same statement, and checking would lock and write each line again.
CREATE TABLE ledger_pending (
    seq      bigint PRIMARY KEY,
    entry_id uuid NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- Positions, gap-free; the hashes of the tree as tlog stores them; signed checkpoints.
CREATE TABLE ledger_leaf (
    idx      bigint PRIMARY KEY CHECK (idx >= 0),
    entry_id uuid NOT NULL UNIQUE                     -- as in ledger_pending, read by a join with ledger_entry
);
CREATE TRIGGER ledger_leaf_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leaf FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE ledger_hash (
    position bigint PRIMARY KEY CHECK (position >= 0),
    hash     bytea NOT NULL CHECK (length(hash) = 32)
);
CREATE TRIGGER ledger_hash_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_hash FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE ledger_checkpoint (
    size      bigint PRIMARY KEY CHECK (size >= 0),
    root      bytea NOT NULL CHECK (length(root) = 32),
    note      text NOT NULL,                          -- C2SP tlog-checkpoint, signed
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER ledger_checkpoint_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT publish_changes('ledger_checkpoint', 'ledger');

-- The key that signs, made at the first start or given by the operator.
CREATE TABLE ledger_key (
    id       uuid PRIMARY KEY,
    one      boolean NOT NULL UNIQUE DEFAULT true CHECK (one),
    verifier text NOT NULL,                           -- the public key, C2SP signed-note
    signer   bytea                                    -- sealed; NULL: ZJCS_LEDGER_KEY
);

-- Salts of the personal data that a line has only as digests. Deleting one makes its
-- digest mean nothing (个人信息保护法 第47条); the line stays as it is.
CREATE TABLE ledger_salt (
    entry_id uuid NOT NULL REFERENCES ledger_entry,
    path     text NOT NULL,
    salt     bytea NOT NULL,
    PRIMARY KEY (entry_id, path)
);

-- +goose Down
DROP TABLE ledger_salt, ledger_key, ledger_checkpoint, ledger_hash, ledger_leaf, ledger_pending, ledger_entry;
DELETE FROM content_counter WHERE scope = 'ledger';
