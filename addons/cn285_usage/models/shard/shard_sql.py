"""What shards run, and what they are told; no model is defined here.

A shard is another PostgreSQL server. It keeps events in a schema of its own, a table for each
month, and gives them out by a view for each, which hides events that are in doubt: of transactions
that may have been committed there and not here. It is told what to do by rows put into its table
``command``, whose trigger does it: so it takes part in the transaction here, and nobody has to log
in there again.
"""

# `{schema}` is the shard's, made of the database's name here: an identifier, quoted.
SCHEMA = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.event (
    id bigint NOT NULL,
    seq bigint,
    occurred_at timestamp NOT NULL,
    ended_at timestamp,
    ingested_at timestamp NOT NULL,
    origin_id bigint,
    company_id integer NOT NULL,
    metric_id integer NOT NULL,
    contract_id integer,
    item_id integer,
    beneficiary_id integer,
    quantity numeric NOT NULL,
    kind varchar NOT NULL,
    state varchar NOT NULL,
    source varchar NOT NULL,
    transaction_id varchar NOT NULL,
    reference varchar,
    properties jsonb
) PARTITION BY RANGE (occurred_at);
CREATE INDEX IF NOT EXISTS event_id_idx ON {schema}.event (id);
CREATE INDEX IF NOT EXISTS event_seq_idx ON {schema}.event (seq) WHERE seq IS NOT NULL;
CREATE INDEX IF NOT EXISTS event_item_idx ON {schema}.event (item_id, metric_id);
CREATE INDEX IF NOT EXISTS event_beneficiary_idx ON {schema}.event (beneficiary_id)
    WHERE beneficiary_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS event_origin_idx ON {schema}.event (origin_id)
    WHERE origin_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS {schema}.doubt (
    id bigint NOT NULL,
    first_number bigint NOT NULL,
    last_number bigint NOT NULL,
    PRIMARY KEY (id, first_number)
);
CREATE TABLE IF NOT EXISTS {schema}.command (
    what varchar NOT NULL,
    id bigint,
    first_number bigint,
    last_number bigint,
    month date
);
"""

# The first number in doubt answers for nearly all events at once; what is in doubt in between is
# looked up. A transaction sees what it does itself ("mine"). The view can be written through: a
# foreign table finds its rows by ctid, which a view may call one of its columns.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION {schema}.mine() RETURNS bigint[] LANGUAGE sql STABLE AS $body$
    SELECT string_to_array(nullif(current_setting('cn285.mine', true), ''), ',')::bigint[]
$body$;
CREATE OR REPLACE FUNCTION {schema}.obey() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    part text := to_char(NEW.month, '"y"YYYY"m"MM');
BEGIN
    IF NEW.what = 'month' THEN
        IF to_regclass(format('{schema}.event_%s', part)) IS NULL THEN
            EXECUTE format('CREATE TABLE {schema}.event_%s PARTITION OF {schema}.event '
                'FOR VALUES FROM (%L) TO (%L)', part, NEW.month, NEW.month + interval '1 month');
            EXECUTE format('CREATE VIEW {schema}.seen_%1$s AS SELECT e.*, e.ctid '
                'FROM {schema}.event_%1$s e WHERE (e.id < (SELECT coalesce(min(d.first_number), '
                '9223372036854775807) FROM {schema}.doubt d) AND e.seq IS NULL) '
                'OR NOT EXISTS (SELECT 1 FROM {schema}.doubt d '
                'WHERE (e.id BETWEEN d.first_number AND d.last_number '
                'OR e.seq BETWEEN d.first_number AND d.last_number) '
                'AND d.id <> ALL (coalesce((SELECT {schema}.mine()), ARRAY[]::bigint[])))', part);
        END IF;
    ELSIF NEW.what = 'drop' THEN
        EXECUTE format('DROP VIEW IF EXISTS {schema}.seen_%s', part);
        EXECUTE format('DROP TABLE IF EXISTS {schema}.event_%s', part);
    ELSIF NEW.what = 'doubt' THEN
        INSERT INTO {schema}.doubt VALUES (NEW.id, NEW.first_number, NEW.last_number);
    ELSIF NEW.what = 'mine' THEN
        PERFORM set_config('cn285.mine', concat_ws(',',
            nullif(current_setting('cn285.mine', true), ''), NEW.id::text), true);
    ELSIF NEW.what = 'clear' THEN
        DELETE FROM {schema}.doubt WHERE id = NEW.id;
    ELSIF NEW.what = 'wait' THEN
        LOCK TABLE {schema}.event IN SHARE ROW EXCLUSIVE MODE;
    ELSIF NEW.what = 'undo' THEN
        DELETE FROM {schema}.event e USING {schema}.doubt d WHERE d.id = NEW.id
            AND e.id BETWEEN d.first_number AND d.last_number;
        DELETE FROM {schema}.event e USING {schema}.doubt d WHERE d.id = NEW.id
            AND e.seq BETWEEN d.first_number AND d.last_number;
        DELETE FROM {schema}.doubt WHERE id = NEW.id;
    ELSE
        RAISE EXCEPTION 'unknown command %', NEW.what;
    END IF;
    RETURN NULL;
END $body$;
DROP TRIGGER IF EXISTS obey ON {schema}.command;
CREATE TRIGGER obey BEFORE INSERT ON {schema}.command
    FOR EACH ROW EXECUTE FUNCTION {schema}.obey();
"""

# === HERE === #

# What may have been committed on shards and not here: written before, in a transaction of its own.
# `done` is put in by the transaction in question: it is there if that was committed.
CREATE = """
CREATE SEQUENCE IF NOT EXISTS cn285_usage_doubt_id_seq;
CREATE TABLE IF NOT EXISTS cn285_usage_doubt (
    id bigint NOT NULL,
    first_number bigint NOT NULL,
    last_number bigint NOT NULL,
    states jsonb
);
CREATE TABLE IF NOT EXISTS cn285_usage_doubt_done (
    id bigint NOT NULL
);
"""

FOREIGN_COMMAND = """
CREATE FOREIGN TABLE %(table)s (
    what varchar NOT NULL, id bigint, first_number bigint, last_number bigint, month date
) SERVER %(server)s OPTIONS (schema_name %(schema)s, table_name 'command')
"""
