package ledger

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"zjcs/internal/platform/apperr"
)

// tileHeight of C2SP tlog-tiles.
const tileHeight = 8

const tileWidth = 1 << tileHeight

// Tile is what lies at a C2SP tlog-tiles path below tile/, such as 0/x001/067 or
// entries/000.p/17. A full one never changes.
type Tile struct {
	Data []byte
	Full bool
}

var errNoTile = apperr.New(apperr.NotFound, "没有这块数据")

// Tile reads one. A partial tile of a size the log has passed is served as well.
func (l *Log) Tile(ctx context.Context, path string) (Tile, error) {
	level, rest, found := strings.Cut(path, "/")
	entries := level == "entries"
	if entries {
		level = "0"
	}
	if !found {
		return Tile{}, errNoTile
	}
	t, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s/%s", tileHeight, level, rest))
	if err != nil || t.L < 0 {
		return Tile{}, errNoTile
	}
	head, err := l.Head(ctx)
	if err != nil {
		return Tile{}, err
	}
	// How many hashes the level has: none from level 8 on. Only counts that cannot overflow are multiplied.
	if there := head.Size >> (tileHeight * t.L); t.N > there/tileWidth || t.N*tileWidth+int64(t.W) > there {
		return Tile{}, errNoTile
	}
	full := t.W == tileWidth
	if entries {
		leaves, err := leavesFrom(ctx, l.pool, t.N*tileWidth, t.W)
		if err != nil {
			return Tile{}, err
		}
		return Tile{bundle(leaves), full}, nil
	}
	data, err := tlog.ReadTileData(t, l.reader(ctx))
	if err != nil {
		return Tile{}, fmt.Errorf("tile %s: %w", path, err)
	}
	return Tile{data, full}, nil
}

// bundle is the entries of a tile: each with its length in two bytes before it.
func bundle(leaves [][]byte) []byte {
	var out []byte
	for _, leaf := range leaves {
		out = binary.BigEndian.AppendUint16(out, uint16(len(leaf)))
		out = append(out, leaf...)
	}
	return out
}

// unbundle is bundle's inverse.
func unbundle(data []byte) ([][]byte, error) {
	var out [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("条目包在第 %d 条中断", len(out))
		}
		n := int(binary.BigEndian.Uint16(data))
		out = append(out, data[2:2+n])
		data = data[2+n:]
	}
	return out, nil
}
