package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"hotshard/data/schema"
)

// shape is what a database's tables are, in words that both systems have: columns with
// their sort, keys, indexes and what refers to what.
func shape(t *testing.T, db moment, text string) string {
	t.Helper()
	list, err := texts(bg, db, text)
	must(t, err)
	for i := range list {
		list[i] = strings.NewReplacer(`"`, "", "(", "", ")", "", "::text", "", "'0'::bigint", "0").Replace(list[i])
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

const (
	sqliteColumns = `SELECT m.name || '.' || c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 'bigint' WHEN 'REAL' THEN 'double precision' WHEN 'BLOB' THEN 'bytea' ELSE 'text' END
			|| CASE WHEN c."notnull" OR c.pk > 0 THEN ' not null' ELSE '' END || coalesce(' default ' || c.dflt_value, '')
		FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'goose_db_version'`
	postgresColumns = `SELECT table_name || '.' || column_name || ' ' || data_type || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END
			|| CASE WHEN column_default LIKE 'next_%' THEN '' ELSE coalesce(' default ' || replace(column_default, '::bigint', ''), '') END
		FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT IN ('goose_db_version', 'numbers', 'writer')`

	// Every text column is compared by its bytes.
	postgresCollations = `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND data_type = 'text' AND coalesce(collation_name, '') <> 'C' AND table_name <> 'goose_db_version'`

	sqliteKeys = `SELECT m.name || ' ' || group_concat(c.name, ',' ORDER BY c.pk) FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.pk > 0 AND m.name NOT LIKE 'sqlite%' AND m.name <> 'goose_db_version' GROUP BY m.name`
	postgresKeys = `SELECT c.relname || ' ' || string_agg(a.attname, ',' ORDER BY array_position(i.indkey::int2[], a.attnum))
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
		WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace AND c.relname NOT IN ('goose_db_version', 'numbers', 'writer') GROUP BY c.relname`

	sqliteIndexes = `SELECT m.name || ' ' || (SELECT group_concat(name, ',' ORDER BY seqno) FROM pragma_index_info(i.name)) || CASE WHEN i."unique" THEN ' unique' ELSE '' END
			|| CASE WHEN i.partial THEN (SELECT substr(sql, instr(sql, ' WHERE ')) FROM sqlite_schema x WHERE x.name = i.name) ELSE '' END
		FROM sqlite_schema m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin <> 'pk' AND m.name <> 'goose_db_version'`
	postgresIndexes = `SELECT c.relname || ' ' || string_agg(a.attname, ',' ORDER BY array_position(i.indkey::int2[], a.attnum)) || CASE WHEN i.indisunique THEN ' unique' ELSE '' END
			|| coalesce(' WHERE ' || upper(pg_get_expr(i.indpred, i.indrelid)), '')
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
		WHERE NOT i.indisprimary AND c.relnamespace = current_schema()::regnamespace AND c.relname <> 'goose_db_version'
		GROUP BY c.relname, i.indexrelid, i.indisunique, i.indpred, i.indrelid`

	sqliteReferences   = `SELECT m.name || '.' || f."from" || ' ' || f."table" || '.' || f."to" || ' ' || f.on_delete FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`
	postgresReferences = `SELECT conrelid::regclass || '.' || a.attname || ' ' || confrelid::regclass || '.' || b.attname || ' ' || CASE confdeltype WHEN 'c' THEN 'CASCADE' ELSE 'NO ACTION' END
		FROM pg_constraint JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = confkey[1]
		WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`

	sqliteChecks   = `SELECT name || ' ' || ((length(sql) - length(replace(sql, 'CHECK (', ''))) / 7) FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%CHECK%'`
	postgresChecks = `SELECT conrelid::regclass || ' ' || count(*) FROM pg_constraint WHERE contype = 'c' AND connamespace = current_schema()::regnamespace
		AND conrelid::regclass::text <> 'writer' GROUP BY conrelid`
)

// Both directories of migrations give the same tables, columns, keys, indexes and references.
func TestSchemasAreTheSame(t *testing.T) {
	file := open(t)
	server := openServer(t, onServer(t))
	for _, c := range []struct{ what, sqlite, postgres string }{
		{"columns", sqliteColumns, postgresColumns}, {"primary keys", sqliteKeys, postgresKeys}, {"indexes", sqliteIndexes, postgresIndexes},
		{"references", sqliteReferences, postgresReferences}, {"checks", sqliteChecks, postgresChecks},
	} {
		a, b := shape(t, file.read, c.sqlite), shape(t, server.read, c.postgres)
		if c.what == "indexes" {
			a, b = strings.ToUpper(a), strings.ToUpper(b)
		}
		if a != b {
			t.Errorf("%s differ.\nSQLite:\n%s\nPostgreSQL:\n%s", c.what, a, b)
		}
	}
	if wrong := shape(t, server.read, postgresCollations); wrong != "" {
		t.Errorf("not compared by their bytes: %s", wrong)
	}
}

// From the first of PostgreSQL's on, each number has a migration of each dialect.
func TestMigrationsGoTogether(t *testing.T) {
	numbers := func(dir fs.FS) (all []string) {
		list, err := fs.ReadDir(dir, ".")
		must(t, err)
		for _, e := range list {
			number, _, _ := strings.Cut(e.Name(), "_")
			all = append(all, number)
		}
		return all
	}
	a, b := numbers(schema.SQLite()), numbers(schema.Postgres())
	if from := slices.Index(a, b[0]); from < 0 || !slices.Equal(a[from:], b) {
		t.Errorf("SQLite has the migrations %v, and PostgreSQL %v", a, b)
	}
	if got := fmt.Sprintf("%05d", schema.Latest()); got != a[len(a)-1] {
		t.Errorf("the last is %s", got)
	}
}

// everything is all that is in a store, table by table, whatever it is kept in.
func everything(t *testing.T, db moment, like *sql.DB) string {
	t.Helper()
	tables, err := tablesOf(bg, like)
	must(t, err)
	var out []string
	for _, table := range tables {
		rows, err := db.QueryContext(bg, table.read())
		must(t, err)
		source := newRowSource(rows, len(table.columns))
		for source.Next() {
			values, err := source.Values()
			must(t, err)
			out = append(out, fmt.Sprintf("%s %v", table.name, values))
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	slices.SortFunc(out, cmp.Compare)
	return strings.Join(out, "\n")
}
