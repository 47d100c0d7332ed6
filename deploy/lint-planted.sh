#!/usr/bin/env bash
# Plants one violation of every depguard rule of .golangci.yml in a scratch module
# and sees the linter catch it: a glob that never matches would pass everything.
set -euo pipefail
lint=$1
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp "$root/.golangci.yml" "$dir/"
printf 'module planted\n\ngo 1.26\n' >"$dir/go.mod"

stub() { # import path: an empty stand-in, so that nothing is downloaded
	mkdir -p "$dir/stub/$1"
	printf 'package stub\n' >"$dir/stub/$1/stub.go"
	printf 'module %s\n\ngo 1.26\n' "$1" >"$dir/stub/$1/go.mod"
	(cd "$dir" && go mod edit -require="$1@$2" -replace="$1=./stub/$1")
}
stub github.com/gin-gonic/gin v1.0.0
stub github.com/danielgtaylor/huma/v2 v2.0.0
stub github.com/jackc/pgx/v5 v5.0.0
stub github.com/casbin/casbin/v2 v2.0.0
stub github.com/meilisearch/meilisearch-go v0.1.0
stub github.com/riverqueue/river v0.1.0
stub gocloud.dev v0.1.0

want=0
plant() { # file, import
	mkdir -p "$dir/$(dirname "$1")"
	printf '// Package %s is planted.\npackage %s\n\nimport _ "%s"\n' "$(basename "$(dirname "$1")")" "$(basename "$(dirname "$1")")" "$2" >"$dir/$1"
	want=$((want + 1))
	planted+=("$1")
}
planted=()
plant internal/agency/gin.go github.com/gin-gonic/gin
plant internal/portal/huma.go github.com/danielgtaylor/huma/v2
plant internal/agency/service.go github.com/jackc/pgx/v5
plant internal/catalog/sql.go database/sql
plant internal/httpapi/casbin.go github.com/casbin/casbin/v2
plant internal/catalog/meilisearch.go github.com/meilisearch/meilisearch-go
plant internal/agency/river.go github.com/riverqueue/river
plant internal/agency/gocloud.go gocloud.dev
plant internal/agency/chance.go math/rand/v2
plant internal/agency/deeper/gin.go github.com/gin-gonic/gin

# And what is allowed must pass: the same imports in their own places.
allow() {
	mkdir -p "$dir/$(dirname "$1")"
	printf '// Package %s is planted.\npackage %s\n\nimport _ "%s"\n' "$(basename "$(dirname "$1")")" "$(basename "$(dirname "$1")")" "$2" >"$dir/$1"
	allowed+=("$1")
}
allowed=()
allow internal/httpapi/routes.go github.com/gin-gonic/gin
allow internal/portal/portal.go github.com/gin-gonic/gin
allow internal/httpapi/api.go github.com/danielgtaylor/huma/v2
allow internal/agency/store.go github.com/jackc/pgx/v5
allow internal/agency/store_item.go github.com/jackc/pgx/v5
allow internal/platform/db/db.go github.com/jackc/pgx/v5
allow internal/platform/authz/authz.go github.com/casbin/casbin/v2
allow internal/platform/files/bucket.go gocloud.dev
allow internal/search/meilisearch.go github.com/meilisearch/meilisearch-go

out=$(cd "$dir" && "$lint" run --enable-only depguard ./... 2>&1 || true)
failed=0
for f in "${planted[@]}"; do
	grep -q "^$f:.*depguard" <<<"$out" || { echo "规则没有抓住故意放入的违规：$f" >&2; failed=1; }
done
for f in "${allowed[@]}"; do
	if grep -q "^$f:.*depguard" <<<"$out"; then echo "规则误伤了允许的导入：$f" >&2; failed=1; fi
done
if [ "$failed" = 1 ]; then echo "$out" >&2; exit 1; fi
echo "depguard：${want} 处故意违规全部被抓住"
