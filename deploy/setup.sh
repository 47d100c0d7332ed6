#!/usr/bin/env bash
# Installs what is missing on a Debian machine, and says exactly what cannot be.
#   run    PostgreSQL server binaries; checks Go and Node
#   test   Chromium and Chinese fonts, for the browser tests; clamd, for those of attachments
#   bench  pg_trgm, one of the peers (it comes with the server package)
set -euo pipefail

need_version() { # name, have, want
	if [ "$(printf '%s\n%s\n' "$3" "$2" | sort -V | head -n1)" != "$3" ]; then
		echo "需要 $1 ≥ $3，本机是 $2。请先升级 $1。" >&2
		exit 1
	fi
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"
	elif command -v sudo >/dev/null; then sudo "$@"
	else
		echo "缺少系统组件，且没有 root 或 sudo。请让管理员执行：apt-get install -y ${missing[*]}" >&2
		exit 1
	fi
}

command -v go >/dev/null || { echo "没有找到 Go。请安装 Go ≥ 1.26（https://go.dev/dl/）。" >&2; exit 1; }
command -v node >/dev/null || { echo "没有找到 Node.js。请安装 Node.js ≥ 20.19（https://nodejs.org/）。" >&2; exit 1; }
command -v npm >/dev/null || { echo "没有找到 npm。请安装 Node.js 自带的 npm。" >&2; exit 1; }
need_version Go "$(go env GOVERSION | sed 's/^go//')" 1.26
need_version Node.js "$(node --version | sed 's/^v//')" 20.19

missing=()
for part in "$@"; do
	case $part in
	run)
		if [ -z "${ZJCS_DATABASE_URL:-}" ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then
			missing+=(postgresql)
		fi ;;
	test)
		ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
		command -v chromium >/dev/null || missing+=(chromium)
		ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 || missing+=(fonts-noto-cjk)
		[ -x /usr/sbin/clamd ] || command -v clamd >/dev/null || missing+=(clamav-daemon) ;;
	bench)
		ls /usr/share/postgresql/*/extension/pg_trgm.control >/dev/null 2>&1 || missing+=(postgresql-contrib) ;;
	esac
done
[ ${#missing[@]} -eq 0 ] && exit 0

mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
command -v apt-get >/dev/null || { echo "本机不是 Debian 系，请用系统的包管理器安装：${missing[*]}" >&2; exit 1; }
echo "正在安装：${missing[*]}"
# Debian's package would also make and start a cluster of its own; ours is private.
if printf '%s\n' "${missing[@]}" | grep -q '^postgresql$' && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
	as_root mkdir -p /etc/postgresql-common
	echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
# So would ClamAV's: one that fetches signatures and one that keeps a gigabyte of them in
# memory. The tests start their own, with a signature of their own.
if printf '%s\n' "${missing[@]}" | grep -q '^clamav-daemon$' && command -v systemctl >/dev/null; then
	as_root systemctl mask --quiet clamav-daemon.service clamav-daemon.socket clamav-freshclam.service || true
fi
log=$(mktemp)
if ! { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "安装失败（日志 $log）。请手动执行：apt-get install -y ${missing[*]}" >&2
	exit 1
fi
rm -f "$log"
