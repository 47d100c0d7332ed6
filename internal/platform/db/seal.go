package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// SealedTables only grow: the user the program runs as may read and add, and can neither
// change a row nor switch off what refuses it.
var SealedTables = []string{"audit_log", "submission_event", "procurement_event", "credit_record_event", "contract_event", "ledger_entry", "ledger_leaf", "ledger_hash", "ledger_checkpoint"}

// growsOnly is the trigger function of the sealed tables (migrations/0005_identity.sql);
// whoever owns it could make it refuse nothing.
const growsOnly = "public.refuse_change()"

// SealLog takes tables, their trigger function and their schema from the user program to
// the user of ownerURL, and leaves program what growing needs. It is done anew with every
// start: what a migration brought is sealed before anyone is served. Errors: when program
// could still change a table, for being the owner, its member or a superuser.
func SealLog(ctx context.Context, ownerURL, program string, tables ...string) error {
	err := asOwner(ctx, ownerURL, func(tx pgx.Tx) error {
		user := pgx.Identifier{program}.Sanitize()
		sql := []string{
			`ALTER SCHEMA public OWNER TO CURRENT_USER`, // a schema's owner may drop any table in it
			`GRANT USAGE, CREATE ON SCHEMA public TO ` + user,
			`ALTER FUNCTION ` + growsOnly + ` OWNER TO CURRENT_USER`,
		}
		for _, t := range tables {
			t = pgx.Identifier{"public", t}.Sanitize()
			sql = append(sql, `ALTER TABLE `+t+` OWNER TO CURRENT_USER`, `REVOKE ALL ON `+t+` FROM PUBLIC, `+user, `GRANT SELECT, INSERT ON `+t+` TO `+user)
		}
		if err := execAll(ctx, tx, sql); err != nil {
			return err
		}
		ok, err := sealedFor(ctx, tx, program, tables)
		if err == nil && !ok {
			err = errors.New("ZJCS_DATABASE_OWNER_URL 的用户应与程序的数据库用户不同，且程序的用户不能是超级用户或属主的成员")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return nil
}

// UnsealLog gives the tables back to program, for migrations that alter them. The trigger
// still refuses changes; SealLog must follow.
func UnsealLog(ctx context.Context, ownerURL, program string, tables ...string) error {
	err := asOwner(ctx, ownerURL, func(tx pgx.Tx) error {
		user := pgx.Identifier{program}.Sanitize()
		var sql []string
		for _, t := range tables {
			var exists bool
			if err := tx.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, "public."+t).Scan(&exists); err != nil {
				return err
			}
			if exists { // a database older than the table has nothing to give back
				sql = append(sql, `ALTER TABLE `+pgx.Identifier{"public", t}.Sanitize()+` OWNER TO `+user)
			}
		}
		var exists bool
		if err := tx.QueryRow(ctx, `SELECT to_regprocedure($1) IS NOT NULL`, growsOnly).Scan(&exists); err != nil {
			return err
		}
		if exists {
			sql = append(sql, `ALTER FUNCTION `+growsOnly+` OWNER TO `+user)
		}
		return execAll(ctx, tx, sql)
	})
	if err != nil {
		return fmt.Errorf("unseal: %w", err)
	}
	return nil
}

// Sealed reports whether the pool's own user can only read and add to the tables.
func Sealed(ctx context.Context, pool *Pool, tables ...string) (bool, error) {
	user, err := User(ctx, pool)
	if err != nil {
		return false, err
	}
	return sealedFor(ctx, pool, user, tables)
}

// User is whom the database takes the pool for.
func User(ctx context.Context, q Querier) (user string, err error) {
	if err = q.QueryRow(ctx, `SELECT current_user::text`).Scan(&user); err != nil {
		err = fmt.Errorf("database user: %w", err)
	}
	return user, err
}

// sealedFor asks PostgreSQL itself: has_table_privilege knows superusers, owners and
// members of either.
func sealedFor(ctx context.Context, q Querier, user string, tables []string) (sealed bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT bool_and(has_table_privilege($1, c.oid, 'SELECT') AND has_table_privilege($1, c.oid, 'INSERT')
		                AND NOT has_table_privilege($1, c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')
		                AND NOT pg_has_role($1, c.relowner, 'MEMBER') AND NOT pg_has_role($1, n.nspowner, 'MEMBER') AND NOT pg_has_role($1, f.proowner, 'MEMBER'))
		FROM unnest($2::text[]) t JOIN pg_class c ON c.oid = ('public.' || t)::regclass JOIN pg_namespace n ON n.oid = c.relnamespace
		CROSS JOIN (SELECT proowner FROM pg_proc WHERE oid = $3::regprocedure) f`, user, tables, growsOnly).Scan(&sealed)
	if err != nil {
		err = fmt.Errorf("is the log sealed: %w", err)
	}
	return sealed, err
}

func asOwner(ctx context.Context, url string, fn func(pgx.Tx) error) error {
	conn, err := connectAsOwner(ctx, url)
	if err != nil {
		return errors.New("用 ZJCS_DATABASE_OWNER_URL 连接数据库失败，应如 postgres://属主:密码@主机:5432/库名") // the cause may hold the password
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Two instances that start at once seal one after the other.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(8732)`); err != nil {
			return err
		}
		return fn(tx)
	})
}

// connectAsOwner trusts nothing that lies in public: the program's user may put functions
// there, and the owner must not run them.
func connectAsOwner(ctx context.Context, url string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["search_path"] = "pg_catalog, pg_temp"
	return pgx.ConnectConfig(ctx, cfg)
}

func execAll(ctx context.Context, tx pgx.Tx, statements []string) error {
	for _, sql := range statements {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}
