package embeddedpg

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// The cluster's two users. The superuser owns cluster, database and schema; the program
// works as the other, who owns its own tables and can drop or disable nothing that the
// superuser has taken to himself (db.SealLog). Were the program to own the database or the
// schema, it could drop what it may not change.
const (
	superuser   = "zjcs"
	programUser = "zjcs_app"
)

// ensureProgram makes the program's user. A cluster of an earlier version, whose program
// was the superuser, hands over all it made; user and handover commit together, so that
// the user's existence tells that it has been done.
func ensureProgram(ctx context.Context, ownerURL, database string) error {
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return fmt.Errorf("program's database user: %w", err)
	}
	// What the program's user puts into public the superuser must not run.
	cfg.RuntimeParams["search_path"] = "pg_catalog, pg_temp"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("program's database user: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var exists bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, programUser).Scan(&exists); err != nil || exists {
			return err
		}
		for _, sql := range []string{
			`CREATE ROLE ` + programUser + ` LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
			`GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ` + pgx.Identifier{database}.Sanitize() + ` TO ` + programUser,
			`GRANT USAGE, CREATE ON SCHEMA public TO ` + programUser,
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, handover, programUser)
		if err != nil {
			return err
		}
		statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, sql := range statements {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("program's database user: %w", err)
	}
	return nil
}

// handover lists a statement for each object of the schema. REASSIGN OWNED would do, but
// PostgreSQL refuses it for the user that initdb made. What belongs to another object
// (indexes, identity sequences, row types, what an extension brought) goes with that.
const handover = `
	SELECT format('ALTER %s %s OWNER TO %I', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, $1::text)
	FROM pg_class c
	WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
	  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e') AND d.refclassid IN ('pg_class'::regclass, 'pg_extension'::regclass))
	UNION ALL
	SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, $1::text)
	FROM pg_proc p
	WHERE p.pronamespace = 'public'::regnamespace
	  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
	UNION ALL
	SELECT format('ALTER TYPE %s OWNER TO %I', t.oid::regtype, $1::text)
	FROM pg_type t
	WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
	  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')`
